// SPDX-License-Identifier: GPL-3.0-or-later
#include "autograd/executor.h"

namespace hone
{

void ExecutorRegistry::addIn(std::string_view domain, std::string_view opType, std::int64_t since, ExecutorFactory factory)
{
    const OperatorVersion key{std::string(domain), std::string(opType), since};
    if (!m_factories.emplace(key, std::move(factory)).second)
        throw Error(MessageCode::InternalFault,
                    {{"detail", "two executors for " + qualifiedName(domain, opType) + " since " + std::to_string(since)}});
}

const ExecutorFactory* ExecutorRegistry::find(const OperatorVersion& key) const
{
    const auto found = m_factories.find(key);
    return found == m_factories.end() ? nullptr : &found->second;
}

std::vector<OperatorVersion> ExecutorRegistry::keys() const
{
    std::vector<OperatorVersion> keys;
    for (const auto& [key, factory] : m_factories)
        keys.push_back(key);
    return keys;
}

const ExecutorRegistry& executors()
{
    static const ExecutorRegistry all = [] {
        ExecutorRegistry registry;
        for (const auto registerFamily : {registerActivations,
                                          registerArithmetic,
                                          registerArrangement,
                                          registerAttention,
                                          registerControlFlow,
                                          registerConvolutions,
                                          registerConversions,
                                          registerDeformableConvolution,
                                          registerFakeQuantization,
                                          registerFunctions,
                                          registerIndexing,
                                          registerIntegerProducts,
                                          registerLogic,
                                          registerLosses,
                                          registerMatrixProducts,
                                          registerNormalizations,
                                          registerPadding,
                                          registerPooling,
                                          registerQuantization,
                                          registerRandom,
                                          registerRecurrent,
                                          registerReductions,
                                          registerRegions,
                                          registerResizing,
                                          registerRoundBias,
                                          registerScattering,
                                          registerSelection,
                                          registerShaping,
                                          registerSignal,
                                          registerSoftmax,
                                          registerText})
            registerFamily(registry);
        return registry;
    }();
    return all;
}

} // namespace hone
