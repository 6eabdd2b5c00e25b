// SPDX-License-Identifier: GPL-3.0-or-later
#include "data/array_set.h"

#include "data/array_container.h"
#include "data/label_classes.h"
#include "data/npz.h"

#include <algorithm>
#include <cmath>
#include <set>

namespace hone
{
namespace fs = std::filesystem;
namespace
{

// What y says, once all of them are read.
enum class TargetKind
{
    Numbers, // whole: labels
    OneHot,
    Texts,
    Values
};

bool isWhole(const Tensor& y)
{
    return y.dtype() != DType::String && !isFloatingPoint(y.dtype());
}

bool isOneHot(const Tensor& y)
{
    if (y.dtype() == DType::String || y.rank() != 2 || y.shape()[1] < 2)
        return false;
    const auto values = toFloats(y);
    const auto width = std::size_t(y.shape()[1]);
    for (std::size_t row = 0; row < values.size(); row += width) {
        const auto begin = values.begin() + std::ptrdiff_t(row), end = begin + std::ptrdiff_t(width);
        if (std::count(begin, end, 1.f) != 1 || std::count(begin, end, 0.f) != std::ptrdiff_t(width) - 1)
            return false;
    }
    return true;
}

TargetKind kindOfTargets(const std::vector<Tensor>& targets, const std::optional<Task>& task)
{
    const auto all = [&](auto predicate) { return std::all_of(targets.begin(), targets.end(), predicate); };
    if (all([](const Tensor& y) { return y.dtype() == DType::String; }))
        return TargetKind::Texts;
    if (task == Task::Regression)
        return TargetKind::Values;
    if (all(isOneHot))
        return TargetKind::OneHot;
    const auto isSingle = [](const Tensor& y) { return y.rank() == 1 || (y.rank() == 2 && y.shape()[1] == 1); };
    const auto isNumbered = [](const Tensor& y) {
        const auto values = toFloats(y);
        return std::all_of(values.begin(), values.end(), [](float value) { return value == std::floor(value); });
    };
    const bool asClasses = task == Task::Classification || task == Task::Anomaly;
    if (all(isSingle) && (all(isWhole) || (asClasses && all(isNumbered))))
        return TargetKind::Numbers;
    return TargetKind::Values;
}

class ArrayLister
{
public:
    ArrayLister(const fs::path& folder, const DatasetConfig& config) : m_folder(folder), m_config(config), m_pairs(arrayPairsIn(folder)) {}

    Listing list()
    {
        if (m_pairs.empty())
            throw Error(MessageCode::DataEmpty, {{"path", m_folder.string()}, {"split", std::string(name(Split::Train))}});
        checkPairs();
        for (const auto& pair : m_pairs)
            addSamples(pair);
        m_listing.undivided = m_pairs.size() == 1 && !m_pairs.front().x.splitStated;
        if (m_targets.empty()) {
            m_listing.targets = Targets::None;
            for (auto& record : m_records)
                m_listing.samples[std::size_t(record.split)].push_back(std::move(record.sample));
        } else {
            fillTargets();
        }
        return std::move(m_listing);
    }

private:
    void checkPairs()
    {
        std::set<std::pair<Split, bool>> seen;
        for (const auto& pair : m_pairs) {
            if (!seen.insert({pair.x.split, pair.x.splitStated}).second || (m_pairs.size() > 1 && !pair.x.splitStated))
                throwUnreadable(pair.x.file, "several arrays could be the same split: call them x_train, x_val and x_test");
            if (pair.y.has_value() != m_pairs.front().y.has_value())
                throwUnreadable(pair.x.file, "some splits have a y and some have none");
        }
    }

    void addSamples(const ArrayPair& pair)
    {
        const auto header = readHeader(pair.x);
        if (header.shape.empty() || header.dtype == DType::String)
            throwUnreadable(pair.x.file, described(pair.x) + " holds no samples of numbers");
        auto shape = header.shape;
        const auto count = shape[0];
        shape.erase(shape.begin());
        if (shape.empty())
            shape = {1};
        if (m_listing.containers.empty())
            m_listing.sampleShape = shape;
        if (shape != m_listing.sampleShape)
            throwUnreadable(pair.x.file,
                            described(pair.x) + " has samples of " + toText(shape) + ", others of " + toText(m_listing.sampleShape));
        if (elementCount(shape) < 1 || count > 100'000'000)
            throwUnreadable(pair.x.file, described(pair.x) + " has the shape " + toText(header.shape));
        if (pair.y) {
            m_targets.push_back(readArray(*pair.y));
            const auto& y = m_targets.back();
            if (y.rank() < 1 || y.shape()[0] != count)
                throwUnreadable(pair.y->file,
                                described(*pair.y) + " has the shape " + toText(y.shape()) + " for " + std::to_string(count) + " samples");
        }
        const auto container = std::uint32_t(m_listing.containers.size());
        const auto bytes = std::uint64_t(elementCount(shape)) * header.elementBytes;
        m_listing.containers.push_back(std::make_shared<ArrayContainer>(pair.x, shape, holdsPictures(header)));
        for (std::int64_t i = 0; i < count; ++i)
            m_records.push_back({0, pair.x.split, {{}, bytes, -1, container, std::uint32_t(i)}});
    }

    void fillTargets()
    {
        switch (kindOfTargets(m_targets, m_config.task)) {
        case TargetKind::Values: return fillValues();
        case TargetKind::Texts: return fillTexts();
        case TargetKind::OneHot:
        case TargetKind::Numbers: break;
        }
        constexpr std::int64_t mostClasses = 1'000'000;
        std::size_t record = 0;
        for (const auto& y : m_targets) {
            const bool oneHot = y.rank() == 2 && y.shape()[1] > 1;
            const auto width = oneHot ? std::size_t(y.shape()[1]) : 1;
            const auto values = toFloats(y);
            for (std::size_t row = 0; row < values.size(); row += width) {
                const auto begin = values.begin() + std::ptrdiff_t(row);
                const float label = oneHot ? float(std::max_element(begin, begin + std::ptrdiff_t(width)) - begin) : *begin;
                if (!(label >= 0 && label < float(mostClasses)))
                    throwUnreadable(m_pairs.front().y->file, "a label is " + std::to_string(label) + "; classes count from 0");
                m_records[record++].number = int(label);
            }
        }
        fillClasses(m_listing, m_records, {}, m_config);
    }

    void fillTexts()
    {
        std::set<std::string> texts;
        for (const auto& y : m_targets)
            texts.insert(y.strings().begin(), y.strings().end());
        std::vector<std::string> names(texts.begin(), texts.end());
        if (!m_config.classes.empty()) {
            names.clear();
            for (const auto& info : m_config.classes)
                names.push_back(info.name);
        }
        std::size_t record = 0;
        for (const auto& y : m_targets)
            for (const auto& text : y.strings()) {
                const auto found = std::find(names.begin(), names.end(), text);
                if (found == names.end())
                    throwUnreadable(m_pairs.front().y->file, "class \"" + text + "\" is missing from dataset.yaml's classes");
                m_records.at(record++).number = int(found - names.begin());
            }
        fillClasses(m_listing, m_records, names, m_config);
    }

    void fillValues()
    {
        m_listing.targets = Targets::Values;
        const auto widthOf = [](const Tensor& y) { return y.size() / std::max<std::int64_t>(1, y.shape()[0]); };
        m_listing.targetWidth = int(widthOf(m_targets.front()));
        for (const auto& y : m_targets) {
            if (widthOf(y) != m_listing.targetWidth || m_listing.targetWidth < 1)
                throwUnreadable(m_pairs.front().y->file, "its splits have targets of different widths");
            const auto values = toFloats(y);
            if (!std::all_of(values.begin(), values.end(), [](float value) { return std::isfinite(value); }))
                throwUnreadable(m_pairs.front().y->file, "a target is not a finite number");
            m_listing.values.insert(m_listing.values.end(), values.begin(), values.end());
        }
        for (std::size_t i = 0; i < m_records.size(); ++i) {
            m_records[i].sample.target = std::uint32_t(i);
            m_listing.samples[std::size_t(m_records[i].split)].push_back(std::move(m_records[i].sample));
        }
    }

    const fs::path& m_folder;
    const DatasetConfig& m_config;
    std::vector<ArrayPair> m_pairs;
    Listing m_listing;
    std::vector<Tensor> m_targets; // by pair
    std::vector<LabelledRecord> m_records;
};

} // namespace

bool looksLikeArrays(const fs::path& folder)
{
    // A file that can't be read is named when it is listed.
    try {
        return !arrayPairsIn(folder).empty();
    } catch (const Error&) {
        return true;
    }
}

SampleKind kindOfArrays(const fs::path& folder)
{
    const auto pairs = arrayPairsIn(folder);
    const bool pictures =
        !pairs.empty() && std::all_of(pairs.begin(), pairs.end(), [](const ArrayPair& pair) { return holdsPictures(readHeader(pair.x)); });
    return pictures ? SampleKind::Picture : SampleKind::Tensor;
}

Listing listArrays(const fs::path& folder, const DatasetConfig& config)
{
    return ArrayLister(folder, config).list();
}

} // namespace hone
