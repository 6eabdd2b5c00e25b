// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/error.h"
#include "graph_building.h"
#include "onnx_io/onnx_io.h"
#include "runtime/latency.h"
#include "runtime/session.h"

#include <QTemporaryDir>
#include <QtTest>

#include <atomic>
#include <fstream>
#include <thread>

using namespace hone;
using hone::testing::Chain;

namespace
{

constexpr std::int64_t opset = 13;

std::string reluModel()
{
    return serializeOnnx(Chain(opset, {Dim::free("N"), Dim::fixed(2)}).then("Relu").finish());
}

Tensor row(std::vector<float> values)
{
    return Tensor::of<float>({static_cast<std::int64_t>(values.size()) / 2, 2}, values);
}

// What went wrong, or nothing.
template<class Work>
std::optional<Message> failureOf(Work&& work)
{
    try {
        work();
    } catch (const Error& error) {
        return error.message();
    }
    return std::nullopt;
}

} // namespace

class TestRuntime : public QObject
{
    Q_OBJECT

private slots:
    void aModelGivesItsAnswer();
    void portsTellNameTypeAndFreeExtents();
    void everyTypeOfNumberPassesThrough_data();
    void everyTypeOfNumberPassesThrough();
    void outputsOutliveTheirSession();
    void severalThreadsMayRunAtOnce();
    void aMissingFileIsNotFound();
    void refusalsCarryAReasonWithoutSourcePaths_data();
    void refusalsCarryAReasonWithoutSourcePaths();
    void inputsThatDontFitAreRefused();
    void aProfileIsWritten();
    void latencyPercentilesAreNearestRank();
    void mostOfFiveMeasurementsSettleABound_data();
    void mostOfFiveMeasurementsSettleABound();
    void atLeastFiveRunsAreMeasured();
    void measuringStopsWhenAsked();
};

void TestRuntime::aModelGivesItsAnswer()
{
    auto session = Session::fromBytes(reluModel());
    const auto outputs = session.run({row({-1, 2, 3, -4})});
    QCOMPARE(outputs.size(), std::size_t(1));
    QCOMPARE(outputs[0].shape(), (Dimensions{2, 2}));
    QCOMPARE(toFloats(outputs[0]), (std::vector<float>{0, 2, 3, 0}));
}

void TestRuntime::portsTellNameTypeAndFreeExtents()
{
    const auto session = Session::fromBytes(reluModel());
    QCOMPARE(session.inputs().size(), std::size_t(1));
    const auto& port = session.inputs()[0];
    QCOMPARE(port.name, std::string("input"));
    QCOMPARE(port.dtype, DType::Float32);
    QCOMPARE(port.shape, (Shape{Dim::free("N"), Dim::fixed(2)}));
    QCOMPARE(session.outputs()[0].dtype, DType::Float32);
}

void TestRuntime::everyTypeOfNumberPassesThrough_data()
{
    QTest::addColumn<int>("dtype");
    for (const auto dtype : {DType::Float32, DType::Float64, DType::Float16, DType::BFloat16, DType::Int8, DType::UInt8, DType::Int16,
                             DType::UInt16, DType::Int32, DType::UInt32, DType::Int64, DType::UInt64, DType::Bool})
        QTest::newRow(std::string(name(dtype)).c_str()) << static_cast<int>(dtype);
}

void TestRuntime::everyTypeOfNumberPassesThrough()
{
    QFETCH(int, dtype);
    const auto type = static_cast<DType>(dtype);
    Tensor tensor(type, {3});
    for (auto& byte : tensor.mutableBytes())
        byte = std::byte{1};
    auto session = Session::fromBytes(serializeOnnx(Chain(opset, {Dim::fixed(3)}, type).then("Identity").finish(type)));
    QCOMPARE(session.run({tensor}).at(0), tensor);
}

void TestRuntime::outputsOutliveTheirSession()
{
    std::optional<Tensor> output;
    {
        auto session = Session::fromBytes(reluModel());
        output = session.run({row({5, 6})}).at(0);
    }
    QCOMPARE(toFloats(*output), (std::vector<float>{5, 6}));
    output->mutableData<float>()[0] = 1;
    QCOMPARE(toFloats(*output), (std::vector<float>{1, 6}));
}

void TestRuntime::severalThreadsMayRunAtOnce()
{
    auto session = Session::fromBytes(reluModel());
    std::atomic<int> wrong = 0;
    {
        std::vector<std::jthread> threads;
        for (int t = 0; t < 4; ++t)
            threads.emplace_back([&, t] {
                for (int i = 0; i < 100; ++i) {
                    const auto value = static_cast<float>(100 * t + i);
                    wrong += toFloats(session.run({row({value, -value})}).at(0)) != std::vector<float>{value, 0};
                }
            });
    }
    QCOMPARE(wrong.load(), 0);
}

void TestRuntime::aMissingFileIsNotFound()
{
    const auto failure = failureOf([] { Session("/nowhere/model.onnx"); });
    QVERIFY(failure);
    QCOMPARE(failure->code, MessageCode::FileNotFound);
}

void TestRuntime::refusalsCarryAReasonWithoutSourcePaths_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::newRow("no model") << QByteArray("this is not a model");
    const auto unknown = serializeOnnx(Chain(opset, {Dim::fixed(2)}).then("NoSuchOperator").finish());
    QTest::newRow("unknown operator") << QByteArray(unknown.data(), static_cast<qsizetype>(unknown.size()));
    auto newer = Chain(opset, {Dim::fixed(2)}).then("Relu").finish();
    newer.opsets[""] = 999;
    const auto future = serializeOnnx(newer);
    QTest::newRow("unknown operator set") << QByteArray(future.data(), static_cast<qsizetype>(future.size()));
}

void TestRuntime::refusalsCarryAReasonWithoutSourcePaths()
{
    QFETCH(QByteArray, bytes);
    const auto failure = failureOf([&] { Session::fromBytes({bytes.data(), static_cast<std::size_t>(bytes.size())}, {}, "given.onnx"); });
    QVERIFY(failure);
    QCOMPARE(failure->code, MessageCode::RuntimeRefused);
    QCOMPARE(failure->arguments.at("path"), std::string("given.onnx"));
    const auto detail = QString::fromStdString(failure->arguments.at("detail"));
    QVERIFY(detail.size() > 10);
    for (const auto* trace : {".cc:", ".h:", "/onnxruntime", "\n"})
        QVERIFY2(!detail.contains(trace), qPrintable(detail));
}

void TestRuntime::inputsThatDontFitAreRefused()
{
    auto session = Session::fromBytes(reluModel(), {}, "relu");
    const auto tooMany = failureOf([&] { session.run({row({1, 2}), row({1, 2})}); });
    const auto wrongShape = failureOf([&] { session.run({Tensor::of<float>({1, 3}, std::vector<float>{1, 2, 3})}); });
    const auto wrongType = failureOf([&] { session.run({Tensor::of<std::int64_t>({1, 2}, std::vector<std::int64_t>{1, 2})}); });
    for (const auto& failure : {tooMany, wrongShape, wrongType}) {
        QVERIFY(failure);
        QCOMPARE(failure->code, MessageCode::RuntimeRefused);
    }
    QCOMPARE(toFloats(session.run({row({1, -2})}).at(0)), (std::vector<float>{1, 0})); // still usable
}

void TestRuntime::aProfileIsWritten()
{
    const QTemporaryDir folder;
    const std::filesystem::path prefix = folder.filePath("profile").toStdString();
    auto session = Session::fromBytes(reluModel(), {.threads = 1, .optimization = Optimization::All, .profilePrefix = prefix});
    session.run({row({1, 2})});
    std::ifstream file(session.endProfiling());
    const std::string text((std::istreambuf_iterator<char>(file)), {});
    QVERIFY(text.find("\"Relu\"") != text.npos);
}

void TestRuntime::latencyPercentilesAreNearestRank()
{
    std::vector<double> times;
    for (int i = 21; i >= 1; --i)
        times.push_back(i);
    const auto latency = summarizeLatency(times); // ranks ceil(0.5 * 21) = 11 and ceil(0.95 * 21) = 20
    QCOMPARE(latency.p50Ms, 11.0);
    QCOMPARE(latency.p95Ms, 20.0);
    QCOMPARE(latency.runs, 21);
    QCOMPARE(summarizeLatency({7}).p95Ms, 7.0);
    QCOMPARE(summarizeLatency({}).runs, 0);
}

void TestRuntime::mostOfFiveMeasurementsSettleABound_data()
{
    QTest::addColumn<QList<double>>("script");
    QTest::addColumn<double>("median");
    QTest::addColumn<int>("measured");
    QTest::newRow("below, three agree") << QList<double>{0.9, 0.7, 1.0, 9} << 0.9 << 3;
    QTest::newRow("above, three agree") << QList<double>{1.1, 1.3, 1.2, 0} << 1.2 << 3;
    QTest::newRow("below in four") << QList<double>{0.9, 1.5, 0.8, 1, 9} << 1.0 << 4;
    QTest::newRow("above in four") << QList<double>{0.1, 1.5, 1.2, 1.1, 0} << 1.2 << 4;
    QTest::newRow("below in five") << QList<double>{1.1, 0.8, 1.2, 0.9, 0.7} << 0.9 << 5;
    QTest::newRow("above in five") << QList<double>{0.9, 1.1, 0.8, 1.2, 1.3} << 1.1 << 5;
}

void TestRuntime::mostOfFiveMeasurementsSettleABound()
{
    QFETCH(QList<double>, script);
    class Scripted : public LatencyMeter
    {
    public:
        explicit Scripted(const QList<double>& script) : m_script(script) {}
        Latency measure(const std::filesystem::path&, const JobContext&) override
        {
            const double ms = m_script.at(calls++);
            return {ms, ms, 1};
        }
        int calls = 0;

    private:
        const QList<double>& m_script;
    } meter(script);
    QTEST(settledLatency(meter, "model.onnx", 1, {}).p50Ms, "median");
    QTEST(meter.calls, "measured");
}

void TestRuntime::atLeastFiveRunsAreMeasured()
{
    const QTemporaryDir folder;
    const std::filesystem::path model = folder.filePath("relu.onnx").toStdString();
    std::ofstream(model, std::ios::binary) << reluModel();
    LocalLatencyMeter hurried({.threads = 1, .warmUpRuns = 1, .runs = 100, .atMostSeconds = 0});
    const auto latency = hurried.measure(model, {});
    QCOMPARE(latency.runs, 5);
    QVERIFY(latency.p50Ms > 0 && latency.p50Ms <= latency.p95Ms);
}

void TestRuntime::measuringStopsWhenAsked()
{
    const QTemporaryDir folder;
    const std::filesystem::path model = folder.filePath("relu.onnx").toStdString();
    std::ofstream(model, std::ios::binary) << reluModel();
    std::stop_source stop;
    stop.request_stop();
    LocalLatencyMeter meter;
    QVERIFY_EXCEPTION_THROWN(meter.measure(model, JobContext(stop.get_token())), Cancelled);
}

QTEST_GUILESS_MAIN(TestRuntime)
#include "test_runtime.moc"
