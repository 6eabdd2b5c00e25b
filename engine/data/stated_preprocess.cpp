// SPDX-License-Identifier: GPL-3.0-or-later
#include "data/stated_preprocess.h"

#include "data/model_card.h"

#include <algorithm>
#include <functional>
#include <string>
#include <vector>

namespace hone
{
namespace
{

std::string described(const PicturePreprocess& preprocess)
{
    const auto channels = preprocess.channelCount();
    const auto colours = channels == 1 ? std::string("1 channel") : std::to_string(channels) + " channels";
    if (preprocess.width <= 0 || preprocess.height <= 0)
        return "pictures of " + colours;
    return "pictures of " + std::to_string(preprocess.width) + " x " + std::to_string(preprocess.height) + " pixels and " + colours;
}

// One number for three channels is as good for one.
bool areEqual(const std::vector<double>& values)
{
    return std::ranges::adjacent_find(values, std::not_equal_to()) == values.end();
}

} // namespace

std::optional<Message> adaptedPreprocessNotice(const Graph& graph, const Dataset& dataset, const Pairing& pairing)
{
    const auto& data = dataset.preprocess();
    if (!data || data->kind() != SampleKind::Picture || pairing.preprocess.kind() != SampleKind::Picture || readModelCard(graph).preprocess)
        return std::nullopt;
    const auto& stated = data->picture();
    const auto& taken = pairing.preprocess.picture();
    const bool otherChannels = stated.channels == ChannelOrder::Gray
                                   ? taken.channelCount() > 1
                                   : taken.channelCount() == 1 && !(areEqual(stated.mean) && areEqual(stated.std));
    const bool otherSize = (stated.width > 0 && stated.width != taken.width) || (stated.height > 0 && stated.height != taken.height);
    if (!otherSize && !otherChannels)
        return std::nullopt;
    return Message{MessageCode::FrontEndAssumed,
                   {{"described", "what dataset.yaml states for " + described(stated) + ", adapted to " + described(taken) + ","}}};
}

std::optional<Message> otherChannelsNotice(const Dataset& dataset, Split split, const Pairing& pairing)
{
    if (pairing.preprocess.kind() != SampleKind::Picture || dataset.size(split) == 0)
        return std::nullopt;
    const auto first = dataset.picture(split, 0);
    const int taken = pairing.preprocess.picture().channelCount();
    if (!first || first->channels == taken)
        return std::nullopt;
    return Message{first->channels == 1 ? MessageCode::PicturesInGray : MessageCode::PicturesInColour, {}};
}

} // namespace hone
