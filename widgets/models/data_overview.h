// SPDX-License-Identifier: GPL-3.0-or-later
// A dataset as the Data page shows it: counts by class and split, some pictures, what is wrong.
#pragma once

#include "core/job_context.h"
#include "models/row_table.h"

#include <QImage>
#include <QString>

#include <filesystem>
#include <vector>

namespace hone::studio
{

struct ClassRow
{
    QString name;
    std::size_t train = 0;
    std::size_t validation = 0;
    std::size_t test = 0;
};
std::vector<Column<ClassRow>> classColumns();

struct SamplePicture
{
    QImage image;
    QString className;
    QString file;
};

struct DataOverview
{
    QString name;
    QString format;
    QString folder;
    std::vector<ClassRow> classes;
    std::size_t train = 0;
    std::size_t validation = 0;
    std::size_t test = 0;
    std::vector<SamplePicture> pictures; // spread over the classes
    int width = 0;                       // of the first picture; 0: none could be read
    int height = 0;
    std::vector<QString> unreadable; // of those that were looked at
};

// Not for the window's thread. Throws what Dataset::open throws.
DataOverview readDataOverview(const std::filesystem::path& folder, std::size_t pictures, const JobContext& job);

} // namespace hone::studio
