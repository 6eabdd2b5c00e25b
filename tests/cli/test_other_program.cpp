// SPDX-License-Identifier: GPL-3.0-or-later
// What Hone writes runs in a program that knows nothing of Hone: Node with ONNX's runtime, which gives the same outputs.
#include "cli_fixture.h"

#include "runtime/session.h"

#include <QTest>

#include <cmath>

using namespace hone;
using namespace hone::testing;

namespace
{

// The input that run_with_node.mjs makes up: free extents 1, values that rise evenly from 0 to 1.
Tensor madeUpInput(const Port& port)
{
    Dimensions shape;
    for (const auto& extent : port.shape)
        shape.push_back(extent.isFixed() ? extent.extent : 1);
    Tensor input(DType::Float32, shape);
    const auto values = input.mutableData<float>();
    for (std::size_t i = 0; i < values.size(); ++i)
        values[i] = static_cast<float>(i) / static_cast<float>(values.size());
    return input;
}

} // namespace

class TestOtherProgram : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase() { QVERIFY2(m_files.make(), qPrintable(m_files.failure())); }

    // Each made by the verb named, of the file in the row above where it says so.
    void aWrittenFileRunsInNode_data()
    {
        const QString sample = HONE_SOURCE_DIR "/resources/sample/road_signs.onnx";
        QTest::addColumn<QStringList>("arguments");
        QTest::addColumn<QString>("file");
        QTest::newRow("pruned") << QStringList{"prune", sample, "--ratio", "0.3", "--out", m_files.path("pruned.onnx")} << "pruned.onnx";
        QTest::newRow("quantized") << QStringList{"quantize", sample, "--data", m_files.data(), "--out", m_files.path("int8.onnx")}
                                   << "int8.onnx";
        QTest::newRow("pruned and quantized") << QStringList{"quantize", m_files.path("pruned.onnx"), "--data", m_files.data(),
                                                             "--out",    m_files.path("both.onnx")}
                                              << "both.onnx";
    }
    void aWrittenFileRunsInNode()
    {
        QFETCH(QStringList, arguments);
        QFETCH(QString, file);
        const auto made = runHone(arguments);
        QVERIFY2(made.exitCode == 0, made.errors.constData());

        QProcess node;
        node.start("node", {HONE_SOURCE_DIR "/tests/cli/run_with_node.mjs", m_files.path(file)});
        if (!node.waitForStarted() || !node.waitForFinished())
            QSKIP("Node is not here");
        constexpr int packageMissing = 77;
        if (node.exitCode() == packageMissing)
            QSKIP("Node has no package onnxruntime-node here (NODE_PATH)");
        QVERIFY2(node.exitCode() == 0, node.readAllStandardError().constData());

        Session session(m_files.path(file).toStdString());
        const auto outputs = session.run({madeUpInput(session.inputs().at(0))});
        const auto expected = outputs.at(0).data<float>();
        const auto first = nlohmann::json::parse(node.readAllStandardOutput().toStdString())["outputs"][0]["first"];
        QCOMPARE(first.size(), std::size_t(10)); // of twelve classes
        for (std::size_t i = 0; i < first.size(); ++i)
            QVERIFY2(std::abs(first[i].get<float>() - expected[i]) < 1e-5f, qPrintable(QString::number(expected[i])));
    }

private:
    CliFixture m_files;
};

QTEST_GUILESS_MAIN(TestOtherProgram)
#include "test_other_program.moc"
