// SPDX-License-Identifier: GPL-3.0-or-later
// Every verb, each in a file of its own.
#pragma once

#include "cli/verb.h"

#include <memory>
#include <vector>

namespace hone::cli
{

std::unique_ptr<Verb> makeInfoVerb();
std::unique_ptr<Verb> makeEvaluateVerb();
std::unique_ptr<Verb> makeFinetuneVerb();
std::unique_ptr<Verb> makePruneVerb();
std::unique_ptr<Verb> makeSensitivityVerb();
std::unique_ptr<Verb> makeDistillVerb();
std::unique_ptr<Verb> makeSparsifyVerb();
std::unique_ptr<Verb> makeFactorizeVerb();
std::unique_ptr<Verb> makeQatVerb();
std::unique_ptr<Verb> makeQuantizeVerb();
std::unique_ptr<Verb> makeExplainVerb();
std::unique_ptr<Verb> makeTidyVerb();
std::unique_ptr<Verb> makeCheckVerb();
std::unique_ptr<Verb> makeCompareVerb();
std::unique_ptr<Verb> makeDeployVerb();
std::unique_ptr<Verb> makeExportVerb();
std::unique_ptr<Verb> makeProjectVerb();
std::unique_ptr<Verb> makeRunVerb();
std::unique_ptr<Verb> makeNewVerb();
std::unique_ptr<Verb> makeSampleVerb();
std::unique_ptr<Verb> makeDemoVerb();
std::unique_ptr<Verb> makeStudioVerb();

inline std::vector<std::unique_ptr<Verb>> allVerbs()
{
    std::vector<std::unique_ptr<Verb>> verbs;
    for (auto* make : {makeInfoVerb,    makeCheckVerb,   makeTidyVerb,     makeEvaluateVerb,  makeFinetuneVerb, makeSensitivityVerb,
                       makePruneVerb,   makeDistillVerb, makeSparsifyVerb, makeFactorizeVerb, makeQuantizeVerb, makeQatVerb,
                       makeExplainVerb, makeExportVerb,  makeCompareVerb,  makeDeployVerb,    makeProjectVerb,  makeRunVerb,
                       makeNewVerb,     makeSampleVerb,  makeDemoVerb,     makeStudioVerb})
        verbs.push_back(make());
    return verbs;
}

} // namespace hone::cli
