// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/data_overview.h"

#include "data/dataset.h"
#include "models/snapshot.h"

#include <QCoreApplication>
#include <QLocale>

#include <algorithm>
#include <cstring>

namespace hone::studio
{

namespace
{

QString words(const char* source)
{
    return QCoreApplication::translate("Tables", source);
}

QString formatText(DataFormat format)
{
    switch (format) {
    case DataFormat::ImageFolder: return words(QT_TRANSLATE_NOOP("Tables", "image folder"));
    case DataFormat::Idx: return words(QT_TRANSLATE_NOOP("Tables", "IDX files"));
    case DataFormat::CifarBinary: return words(QT_TRANSLATE_NOOP("Tables", "CIFAR binary files"));
    case DataFormat::WavFolder: return words(QT_TRANSLATE_NOOP("Tables", "folder of WAV files"));
    case DataFormat::Recordings: return words(QT_TRANSLATE_NOOP("Tables", "sensor recordings"));
    case DataFormat::Npz: return words(QT_TRANSLATE_NOOP("Tables", "NumPy arrays"));
    }
    return {};
}

QImage toImage(const Picture& picture)
{
    const auto format = picture.channels == 1 ? QImage::Format_Grayscale8 : QImage::Format_RGB888;
    QImage image(picture.width, picture.height, format);
    const std::size_t line = static_cast<std::size_t>(picture.width) * static_cast<std::size_t>(picture.channels);
    for (int y = 0; y < picture.height; ++y)
        std::memcpy(image.scanLine(y), picture.pixels.data() + static_cast<std::size_t>(y) * line, line);
    return image;
}

Column<ClassRow> countColumn(const QString& title, std::size_t ClassRow::*count)
{
    return {title,
            {},
            Alignment::Figure,
            [count](const ClassRow& row) { return QLocale().toString(static_cast<qulonglong>(row.*count)); },
            [count](const ClassRow& row) { return QVariant(static_cast<qulonglong>(row.*count)); }};
}

} // namespace

std::vector<Column<ClassRow>> classColumns()
{
    return {{words(QT_TRANSLATE_NOOP("Tables", "Class")), {}, Alignment::Text, [](const ClassRow& row) { return row.name; }},
            countColumn(words(QT_TRANSLATE_NOOP("Tables", "Train")), &ClassRow::train),
            countColumn(words(QT_TRANSLATE_NOOP("Tables", "Validation")), &ClassRow::validation),
            countColumn(words(QT_TRANSLATE_NOOP("Tables", "Test")), &ClassRow::test)};
}

DataOverview readDataOverview(const std::filesystem::path& folder, std::size_t pictures, const JobContext& job)
{
    const Dataset dataset = Dataset::open(folder);
    DataOverview overview;
    overview.name = text(dataset.name());
    overview.format = formatText(dataset.format());
    overview.folder = pathText(folder);
    for (const ClassInfo& info : dataset.classes())
        overview.classes.push_back({text(info.name)});
    const std::pair<Split, std::size_t ClassRow::*> splits[] = {
        {Split::Train, &ClassRow::train}, {Split::Validation, &ClassRow::validation}, {Split::Test, &ClassRow::test}};
    for (const auto& [split, count] : splits)
        for (std::size_t i = 0; i < dataset.size(split); ++i)
            if (const int label = dataset.label(split, i); label >= 0)
                ++(overview.classes[static_cast<std::size_t>(label)].*count);
    overview.train = dataset.size(Split::Train);
    overview.validation = dataset.size(Split::Validation);
    overview.test = dataset.size(Split::Test);

    const auto available = dataset.splits();
    if (available.empty() || dataset.kind() != SampleKind::Picture)
        return overview;
    const Split shown = available.front();
    const std::size_t size = dataset.size(shown);
    const std::size_t wanted = std::min(pictures, size);
    for (std::size_t k = 0; k < wanted; ++k) {
        job.checkStop();
        const std::size_t index = k * size / wanted + size / wanted / 2;
        const auto picture = dataset.picture(shown, index);
        const QString file = text(dataset.sampleName(shown, index));
        if (!picture) {
            overview.unreadable.push_back(file);
            continue;
        }
        if (overview.width == 0) {
            overview.width = picture->width;
            overview.height = picture->height;
        }
        const int label = dataset.label(shown, index);
        const auto className = label < 0 ? QString() : overview.classes[static_cast<std::size_t>(label)].name;
        overview.pictures.push_back({toImage(*picture), className, file});
    }
    return overview;
}

} // namespace hone::studio
