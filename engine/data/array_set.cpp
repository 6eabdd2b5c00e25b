// SPDX-License-Identifier: GPL-3.0-or-later
#include "data/array_set.h"

#include "core/file.h"
#include "data/class_folders.h"
#include "data/label_classes.h"
#include "data/npz.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <set>

namespace hone
{
namespace fs = std::filesystem;
namespace
{

// An array in one of the folder's files.
struct ArrayPlace
{
    fs::path file;
    std::string name; // empty: the file is an NPY
    Split split = Split::Train;
    bool splitStated = false;
};

struct Pair
{
    ArrayPlace x;
    std::optional<ArrayPlace> y;
};

Tensor readArray(const ArrayPlace& place)
{
    if (!place.name.empty())
        return NpzFile(place.file).read(place.name);
    std::string problem;
    auto tensor = decodeNpy(readFile(place.file), &problem);
    if (!tensor)
        throwUnreadable(place.file, problem);
    return std::move(*tensor);
}

NpyHeader readHeader(const ArrayPlace& place)
{
    if (!place.name.empty())
        return NpzFile(place.file).header(place.name);
    std::string problem;
    std::string begin(1 << 16, '\0');
    auto stream = openForReading(place.file);
    stream.read(begin.data(), std::streamsize(begin.size()));
    begin.resize(std::size_t(stream.gcount()));
    const auto header = readNpyHeader(begin, &problem);
    if (!header)
        throwUnreadable(place.file, problem);
    return *header;
}

// "x_train" -> {x, train}: what an array is, and of which split.
struct ArrayName
{
    bool isX = false;
    std::optional<Split> split;
};

std::optional<ArrayName> understood(const std::string& name)
{
    static const std::set<std::string> inputs = {"x", "data", "inputs", "images", "features"},
                                       targets = {"y", "labels", "targets", "classes"};
    const auto lower = lowerCase(name);
    const auto line = lower.find('_');
    auto what = lower.substr(0, line);
    auto split = line == lower.npos ? std::nullopt : splitOfFolder(lower.substr(line + 1));
    if (line != lower.npos && !split) { // train_x
        split = splitOfFolder(what);
        what = lower.substr(line + 1);
        if (!split)
            return std::nullopt;
    }
    if (!inputs.contains(what) && !targets.contains(what))
        return std::nullopt;
    return ArrayName{inputs.contains(what), split};
}

std::vector<fs::path> arrayFilesIn(const fs::path& folder)
{
    std::vector<fs::path> files;
    for (const auto& entry : fs::directory_iterator(folder)) {
        const auto extension = extensionOf(entry.path().filename().string());
        if (entry.is_regular_file() && (extension == "npz" || extension == "npy"))
            files.push_back(entry.path());
    }
    std::sort(files.begin(), files.end());
    return files;
}

std::vector<Pair> pairsIn(const fs::path& folder)
{
    std::vector<Pair> pairs;
    std::vector<ArrayPlace> targets;
    const auto add = [&](const fs::path& file, const std::string& array, const std::string& name, std::optional<Split> ofFile) {
        const auto what = understood(name);
        if (!what)
            return;
        const auto split = what->split ? what->split : ofFile;
        const ArrayPlace place{file, array, split.value_or(Split::Train), split.has_value()};
        if (what->isX)
            pairs.push_back({place, std::nullopt});
        else
            targets.push_back(place);
    };
    for (const auto& file : arrayFilesIn(folder)) {
        const auto stem = file.stem().string();
        if (extensionOf(file.filename().string()) == "npy") {
            add(file, "", stem, std::nullopt);
            continue;
        }
        const auto ofFile = splitOfFolder(stem.substr(0, stem.find_first_of("_-.")));
        const NpzFile archive(file);
        for (const auto& name : archive.names())
            add(file, name, name, ofFile);
    }
    for (auto& pair : pairs)
        for (const auto& target : targets)
            if (target.split == pair.x.split && target.splitStated == pair.x.splitStated
                && (target.file == pair.x.file || target.name.empty()))
                pair.y = target;
    return pairs;
}

std::string described(const ArrayPlace& place)
{
    return place.file.filename().string() + (place.name.empty() ? "" : ", array " + place.name);
}

bool isPictures(const NpyHeader& header)
{
    const auto& shape = header.shape;
    const auto isColours = [&](std::size_t axis) { return shape[axis] == 1 || shape[axis] == 3; };
    return header.dtype == DType::UInt8
           && (shape.size() == 3 || (shape.size() == 4 && (isColours(1) || isColours(3))));
}

// One array of samples, read at the first one that is asked for.
class ArrayContainer : public SampleContainer
{
public:
    ArrayContainer(ArrayPlace place, Dimensions sampleShape, bool pictures)
        : m_place(std::move(place)), m_path(m_place.file), m_shape(std::move(sampleShape)), m_pictures(pictures)
    {
        if (!m_place.name.empty())
            m_path += "[" + m_place.name + "]";
    }

    const fs::path& path() const override { return m_path; }
    std::uint64_t fileBytes() const override { return fs::file_size(m_place.file); }

    std::optional<RawSample> sample(std::uint32_t record) const override
    {
        std::call_once(m_readOnce, [this] { m_array = readArray(m_place); });
        const auto rows = m_array.shape().empty() ? 0 : m_array.shape()[0];
        if (record >= rows)
            return std::nullopt;
        const auto rowBytes = m_array.byteCount() / std::size_t(rows);
        Tensor row(m_array.dtype(), m_shape);
        std::ranges::copy(m_array.bytes().subspan(record * rowBytes, rowBytes), row.mutableBytes().begin());
        if (m_pictures)
            return pictureOf(row);
        const auto values = toFloats(row);
        if (!std::all_of(values.begin(), values.end(), [](float value) { return std::isfinite(value); }))
            return std::nullopt;
        return Tensor::of<float>(m_shape, values);
    }

private:
    static Picture pictureOf(const Tensor& row)
    {
        const auto& shape = row.shape();
        const bool plain = shape.size() == 2, last = plain || shape[2] == 1 || shape[2] == 3;
        const auto at = [&](std::size_t axis) { return int(shape[axis]); };
        Picture picture{last ? at(1) : at(2), last ? at(0) : at(1), plain ? 1 : last ? at(2) : at(0), {}};
        const auto bytes = row.data<std::uint8_t>();
        picture.pixels.assign(bytes.begin(), bytes.end());
        if (!last) { // plane after plane
            const std::size_t plane = std::size_t(picture.width) * picture.height;
            for (std::size_t i = 0; i < plane; ++i)
                for (std::size_t c = 0; c < std::size_t(picture.channels); ++c)
                    picture.pixels[i * std::size_t(picture.channels) + c] = bytes[c * plane + i];
        }
        return picture;
    }

    ArrayPlace m_place;
    fs::path m_path;
    Dimensions m_shape;
    bool m_pictures;
    mutable std::once_flag m_readOnce;
    mutable Tensor m_array;
};

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
    ArrayLister(const fs::path& folder, const DatasetConfig& config) : m_folder(folder), m_config(config), m_pairs(pairsIn(folder)) {}

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

    void addSamples(const Pair& pair)
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
            throwUnreadable(pair.x.file, described(pair.x) + " has samples of " + toText(shape) + ", others of " + toText(m_listing.sampleShape));
        if (elementCount(shape) < 1 || count > 100'000'000)
            throwUnreadable(pair.x.file, described(pair.x) + " has the shape " + toText(header.shape));
        if (pair.y) {
            m_targets.push_back(readArray(*pair.y));
            const auto& y = m_targets.back();
            if (y.rank() < 1 || y.shape()[0] != count)
                throwUnreadable(pair.y->file, described(*pair.y) + " has the shape " + toText(y.shape()) + " for " + std::to_string(count) + " samples");
        }
        const auto container = std::uint32_t(m_listing.containers.size());
        const auto bytes = std::uint64_t(elementCount(shape)) * header.elementBytes;
        m_listing.containers.push_back(std::make_shared<ArrayContainer>(pair.x, shape, isPictures(header)));
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
    std::vector<Pair> m_pairs;
    Listing m_listing;
    std::vector<Tensor> m_targets; // by pair
    std::vector<LabelledRecord> m_records;
};

} // namespace

bool looksLikeArrays(const fs::path& folder)
{
    // A file that can't be read is named when it is listed.
    try {
        return !pairsIn(folder).empty();
    } catch (const Error&) {
        return true;
    }
}

SampleKind kindOfArrays(const fs::path& folder)
{
    const auto pairs = pairsIn(folder);
    const bool pictures = !pairs.empty() && std::all_of(pairs.begin(), pairs.end(), [](const Pair& pair) { return isPictures(readHeader(pair.x)); });
    return pictures ? SampleKind::Picture : SampleKind::Tensor;
}

Listing listArrays(const fs::path& folder, const DatasetConfig& config)
{
    return ArrayLister(folder, config).list();
}

} // namespace hone
