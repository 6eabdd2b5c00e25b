// SPDX-License-Identifier: GPL-3.0-or-later
// Real models, which lie in a folder beside the project and may be away.
#pragma once

#include <QtTest>

#include <filesystem>
#include <string>

namespace hone::test
{

inline std::filesystem::path sharedModel(const std::string& file)
{
    return std::filesystem::path(HONE_SOURCE_DIR) / ".." / "shared" / "models" / file;
}

// For a ..._data() slot: the column "file" with a path in each row; one row "none", with no path, where there are none.
inline void addSharedModelRows()
{
    QTest::addColumn<QString>("file");
    std::error_code none;
    for (const auto& entry : std::filesystem::directory_iterator(sharedModel(""), none))
        if (entry.path().extension() == ".onnx")
            QTest::newRow(entry.path().stem().c_str()) << QString::fromStdString(entry.path().string());
    if (none)
        QTest::newRow("none") << QString();
}

} // namespace hone::test

// Leaves a test out where a model, or the row's, isn't here.
#define HONE_NEEDS_SHARED_MODEL(path)                                                                                                      \
    if (!std::filesystem::exists(path))                                                                                                    \
    QSKIP("the shared models are not here")
