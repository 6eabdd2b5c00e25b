// SPDX-License-Identifier: GPL-3.0-or-later
#include "prune/sensitivity_ratios.h"

#include "core/error.h"

#include <algorithm>

namespace hone
{
namespace
{

// A point of a group's curve: what is saved, and what that costs.
struct Place
{
    double ratio = 0;
    double saving = 0;
    double loss = 0;
};

// A piece of a hull.
struct Piece
{
    std::size_t group = 0;
    double from = 0; // ratios
    double to = 0;
    double lossPerSaving = 0;
    double channels = 0; // of the file, that leave on the whole piece
};

// What one sample makes of the metric: a share counts samples; other figures have their own units, in which a sample's part of the largest
// loss is as much.
double resolutionOf(const Sensitivity& sensitivity)
{
    double largest = 0;
    for (const SensitivityGroup& group : sensitivity.groups)
        for (const SensitivityPoint& point : group.points)
            largest = std::max(largest, lossOf(sensitivity, point));
    const bool isShare = sensitivity.metric == MetricKind::Top1;
    return (isShare || largest == 0 ? 1 : largest) / static_cast<double>(std::max<std::size_t>(1, sensitivity.samples));
}

// Rising, though measurements aren't always; losses below `resolution` are told apart by the ratio alone.
std::vector<Place> curveOf(const Sensitivity& sensitivity, const SensitivityGroup& group, LossPer per, double resolution)
{
    std::vector<Place> curve{{}};
    double worst = 0;
    for (const SensitivityPoint& point : group.points) {
        worst = std::max(worst, lossOf(sensitivity, point));
        const double saving =
            per == LossPer::Mac ? static_cast<double>(sensitivity.macs - point.macs) : static_cast<double>(group.channels - point.channels);
        if (saving > curve.back().saving)
            curve.push_back({point.ratio, saving, worst + resolution * point.ratio * point.ratio});
    }
    return curve;
}

double slope(const Place& a, const Place& b)
{
    return (b.loss - a.loss) / (b.saving - a.saving);
}

std::vector<Place> lowerHull(const std::vector<Place>& curve)
{
    std::vector<Place> hull;
    for (const Place& place : curve) {
        while (hull.size() > 1 && slope(hull[hull.size() - 2], hull.back()) >= slope(hull.back(), place))
            hull.pop_back();
        hull.push_back(place);
    }
    return hull;
}

struct Plan
{
    std::vector<Piece> pieces; // in the order in which they are used
    std::vector<double> last;  // by group: the ratio at the end of its pieces
    double channels = 0;       // of all groups, in the file

    std::vector<double> at(double ratio) const
    {
        std::vector<double> ratios(last.size(), 0);
        const double wanted = ratio * channels;
        double gone = 0;
        for (const Piece& piece : pieces) {
            const double share = std::clamp((wanted - gone) / piece.channels, 0.0, 1.0);
            ratios[piece.group] = piece.from + share * (piece.to - piece.from);
            gone += piece.channels;
            if (gone >= wanted)
                return ratios;
        }
        // Past what was measured.
        const double share = channels > gone ? std::clamp((wanted - gone) / (channels - gone), 0.0, 1.0) : 0;
        for (std::size_t g = 0; g < ratios.size(); ++g)
            ratios[g] = last[g] + share * (1 - last[g]);
        return ratios;
    }
};

const SensitivityGroup& groupNamed(const Sensitivity& sensitivity, const PruningGroup& wanted, const std::filesystem::path& file)
{
    const auto found = std::ranges::find(sensitivity.groups, wanted.name, &SensitivityGroup::name);
    if (found == sensitivity.groups.end() || found->points.empty())
        throw Error(MessageCode::SensitivityInvalid, {{"path", file.string()}, {"detail", "it has no curve of '" + wanted.name + "'"}});
    return *found;
}

} // namespace

GroupRatios sensitivityRatios(const Sensitivity& sensitivity, const DependencyGraph& dependencies, LossPer per,
                              const std::filesystem::path& file)
{
    Plan plan;
    const double resolution = resolutionOf(sensitivity);
    for (std::size_t g = 0; g < dependencies.groups.size(); ++g) {
        const SensitivityGroup& group = groupNamed(sensitivity, dependencies.groups[g], file);
        const std::vector<Place> hull = lowerHull(curveOf(sensitivity, group, per, resolution));
        for (std::size_t i = 1; i < hull.size(); ++i)
            plan.pieces.push_back({g, hull[i - 1].ratio, hull[i].ratio, slope(hull[i - 1], hull[i]),
                                   (hull[i].ratio - hull[i - 1].ratio) * static_cast<double>(group.channels)});
        plan.last.push_back(hull.back().ratio);
        plan.channels += static_cast<double>(group.channels);
    }
    std::ranges::stable_sort(plan.pieces, {}, &Piece::lossPerSaving);
    return [plan](double ratio) { return plan.at(ratio); };
}

} // namespace hone
