// SPDX-License-Identifier: GPL-3.0-or-later
// Pruning until a model costs no more than asked.
#include "core/error.h"
#include "core/file.h"
#include "engine/pruning_net.h"
#include "graph/cost.h"
#include "onnx_io/onnx_io.h"
#include "prune/latency_notice.h"
#include "prune/pruner.h"

#include <QtTest>

#include <algorithm>
#include <cmath>
#include <set>

using namespace hone;
using hone::testing::PruningNet;

namespace
{

PruningNet smallNet()
{
    PruningNet net;
    net.input("x", {-1, 3, 16, 16});
    net.conv("a", "x", {3, 16});
    net.op("Relu", "ra", {"a"});
    net.conv("b", "ra", {16, 16});
    net.op("Relu", "rb", {"b"});
    net.conv("c", "rb", {16, 24});
    net.op("Relu", "rc", {"c"});
    net.head("rc", 24);
    return net;
}

PruneTargets targetsOf(TargetKind kind, TargetValue value)
{
    PruneTargets targets;
    TargetValue* all[] = {&targets.macs, &targets.parameters, &targets.bytes, &targets.memory, &targets.latencyMs};
    *all[static_cast<int>(kind)] = value;
    return targets;
}

PruneOptions halved(TargetKind kind, PruningScope scope = PruningScope::Uniform)
{
    PruneOptions options;
    options.scope = scope;
    options.targets = targetsOf(kind, {0.5, TargetValue::Unit::OfBefore});
    return options;
}

Message messageOf(PruningNet& net, const PruneOptions& options, LatencyMeter* meter = nullptr)
{
    try {
        prune(net.graph(), options, {}, {.meter = meter});
    } catch (const Error& error) {
        return error.message();
    }
    return {MessageCode::PicturesSkipped, {}}; // nothing thrown
}

// A device on which a million MACs take a millisecond, and a call half of one.
class MadeUpDevice : public LatencyMeter
{
public:
    Latency measure(const std::filesystem::path& model, const JobContext&) override
    {
        ++measured;
        const double ms = 0.5 + static_cast<double>(cost(readOnnx(model)).macs) / 1e6;
        return {ms, ms, 1};
    }
    int measured = 0;
};

} // namespace

class TestPruneTarget : public QObject
{
    Q_OBJECT

private slots:
    void targetsAreReadFromTexts_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<double>("number"); // 0: refused
        QTest::addColumn<bool>("ofBefore");
        QTest::newRow("a number") << "1234" << 1234.0 << false;
        QTest::newRow("a fraction") << "1.5" << 1.5 << false;
        QTest::newRow("millions") << "17.57M" << 17.57e6 << false;
        QTest::newRow("thousands") << "200k" << 2e5 << false;
        QTest::newRow("bytes") << "200kB" << 2e5 << false;
        QTest::newRow("binary bytes") << "2KiB" << 2048.0 << false;
        QTest::newRow("with a space") << "3 MB" << 3e6 << false;
        QTest::newRow("milliseconds") << "2.5ms" << 2.5 << false;
        QTest::newRow("a factor") << "0.5x" << 0.5 << true;
        for (const char* wrong : {"", "x", "half", "0", "-1", "0x", "nan", "inf", "1e999", "5 apples", "0.5xx", "50 %"})
            QTest::newRow(qPrintable(QString("refused: '%1'").arg(wrong))) << wrong << 0.0 << false;
    }
    void targetsAreReadFromTexts()
    {
        QFETCH(QString, text);
        QFETCH(double, number);
        QFETCH(bool, ofBefore);
        const auto value = targetFromText(text.toStdString());
        QCOMPARE(value.has_value(), number > 0);
        if (!value)
            return;
        QVERIFY(std::abs(value->number - number) < 1e-9 * number);
        QCOMPARE(value->unit == TargetValue::Unit::OfBefore, ofBefore);
        QVERIFY(targetFromText(toText(*value)) == value);
    }

    void aTargetIsMetByTheLargestModelThatDoes_data()
    {
        QTest::addColumn<TargetKind>("kind");
        QTest::addColumn<PruningScope>("scope");
        const std::pair<const char*, TargetKind> kinds[] = {{"MACs", TargetKind::Macs},
                                                            {"parameters", TargetKind::Parameters},
                                                            {"bytes", TargetKind::Bytes},
                                                            {"memory", TargetKind::Memory}};
        for (const auto& [name, kind] : kinds)
            for (const auto scope : {PruningScope::Uniform, PruningScope::Global, PruningScope::Isomorphic})
                QTest::addRow("%s, scope %d", name, static_cast<int>(scope)) << kind << scope;
    }
    void aTargetIsMetByTheLargestModelThatDoes()
    {
        QFETCH(TargetKind, kind);
        QFETCH(PruningScope, scope);
        PruningNet net = smallNet();
        const PruneOptions options = halved(kind, scope);
        const PruneResult result = prune(net.graph(), options, {});
        const auto amount = [kind](const Graph& graph) { return amountOf(graph, kind, nullptr, {}); };
        const double before = amount(net.graph());
        const double after = amount(result.graph);
        QVERIFY(after <= before / 2);
        QVERIFY(result.target.has_value());
        QCOMPARE(result.target->before, before);
        QCOMPARE(result.target->wanted, before / 2);
        QCOMPARE(result.target->after, after);
        QVERIFY(result.maxAbsDifference < 1e-3);
        // No ratio at all gives a larger one that meets it.
        for (int percent = 0; percent < 100; ++percent) {
            PruneOptions other;
            other.scope = scope;
            other.ratio = percent / 100.0;
            const DependencyGraph found = findDependencies(net.graph());
            const double reached = amount(removeChannels(net.graph(), found, chooseChannels(net.graph(), found, other)));
            QVERIFY2(reached > before / 2 || reached <= after, qPrintable(QString::number(percent)));
        }
        if (kind == TargetKind::Macs)
            QVERIFY(after > 0.95 * before / 2);
    }
    void channelsThatLeaveAtOneRatioStayWhereTheTargetAllows()
    {
        // Just below a ratio of 7.5 of 16 channels 9, 9 and 13 stay, from there on 8, 8 and 13: a's ninth still fits, b's doesn't.
        PruningNet net = smallNet();
        const std::int64_t macs = 256 * 9 * (3 * 9 + 9 * 8 + 8 * 13) + 13 * 5;
        PruneOptions options;
        options.targets.macs = {static_cast<double>(macs), TargetValue::Unit::Absolute};
        const PruneResult result = prune(net.graph(), options, {});
        QCOMPARE(cost(result.graph).macs, macs);
        QCOMPARE(result.groups[0].channelsAfter, std::int64_t{9});
        QCOMPARE(result.groups[1].channelsAfter, std::int64_t{8});
    }
    void whatIsAwayFromThePeakOfMemoryKeepsItsChannels()
    {
        // The peak is where b reads a, 16 channels each of 16 x 16; c's 24 of 8 x 8 are nowhere near it.
        PruningNet net;
        net.input("x", {-1, 3, 16, 16});
        net.conv("a", "x", {3, 16});
        net.conv("b", "a", {16, 16});
        net.op("MaxPool", "half", {"b"}, {{"kernel_shape", std::vector<std::int64_t>{2, 2}}, {"strides", std::vector<std::int64_t>{2, 2}}});
        net.conv("c", "half", {16, 24});
        net.head("c", 24);
        const PruneResult result = prune(net.graph(), halved(TargetKind::Memory), {});
        QCOMPARE(result.groups[2].channelsAfter, std::int64_t{24});
        QCOMPARE(result.groups[0].channelsAfter + result.groups[1].channelsAfter, std::int64_t{16}); // half of both
        QVERIFY(result.target->after <= result.target->wanted);
        QVERIFY(result.maxAbsDifference < 1e-3);
        // What has to be rounded is given back rounded.
        PruneOptions rounded = halved(TargetKind::Memory);
        rounded.roundTo = 8;
        const PruneResult eights = prune(net.graph(), rounded, {});
        QCOMPARE(eights.groups[0].channelsAfter, std::int64_t{8});
        QCOMPARE(eights.groups[1].channelsAfter, std::int64_t{8});
        QCOMPARE(eights.groups[2].channelsAfter, std::int64_t{24});
    }
    void bytesAreThoseOfTheFile()
    {
        PruningNet net = smallNet();
        const PruneResult result = prune(net.graph(), halved(TargetKind::Bytes), {});
        const TemporaryFolder folder;
        writeOnnx(result.graph, folder.path() / "model.onnx");
        const auto written = static_cast<double>(std::filesystem::file_size(folder.path() / "model.onnx"));
        QCOMPARE(result.target->after, written);
        QVERIFY(written <= result.target->wanted);
    }
    void anAbsoluteTargetIsTakenAsItIs()
    {
        PruningNet net = smallNet();
        PruneOptions options;
        options.targets.macs = {1e6, TargetValue::Unit::Absolute};
        QVERIFY(cost(prune(net.graph(), options, {}).graph).macs <= 1000000);
    }
    void roundedChannelsMeetTargetsToo()
    {
        PruningNet net = smallNet();
        PruneOptions options = halved(TargetKind::Macs);
        options.roundTo = 4;
        const PruneResult result = prune(net.graph(), options, {});
        QVERIFY(result.target->after <= result.target->wanted);
        for (const PrunedGroup& group : result.groups)
            QCOMPARE(group.channelsAfter % 4, std::int64_t{0});
    }
    void aLatencyIsMeasuredOnFiles()
    {
        PruningNet net = smallNet();
        MadeUpDevice device;
        PruneOptions options;
        options.targets.latencyMs = {1, TargetValue::Unit::Absolute};
        const PruneResult result = prune(net.graph(), options, {}, {.meter = &device});
        // 1 ms is half a million MACs there.
        const auto macs = cost(result.graph).macs;
        QVERIFY(macs <= 500000);
        QVERIFY2(macs > 400000, qPrintable(QString::number(macs)));
        QVERIFY(device.measured > 2 && device.measured < 20);
        QVERIFY(std::abs(result.target->after - (0.5 + static_cast<double>(macs) / 1e6)) < 1e-12);
    }
    void aLuckyMeasurementIsNoAnswer()
    {
        // Whatever is measured for the first time seems 6 % faster than it is.
        class FirstIsLucky : public MadeUpDevice
        {
        public:
            Latency measure(const std::filesystem::path& model, const JobContext& job) override
            {
                const Latency truth = MadeUpDevice::measure(model, job);
                const double ms = m_seen.insert(truth.p50Ms).second ? truth.p50Ms * 0.94 : truth.p50Ms;
                return {ms, ms, 1};
            }

        private:
            std::set<double> m_seen;
        } device;
        PruningNet net = smallNet();
        PruneOptions options;
        options.targets.latencyMs = {1, TargetValue::Unit::Absolute};
        const PruneResult result = prune(net.graph(), options, {}, {.meter = &device});
        const double truth = 0.5 + static_cast<double>(cost(result.graph).macs) / 1e6;
        QVERIFY2(truth <= 0.97, qPrintable(QString::number(truth)));
        QVERIFY(truth > 0.85);
        QCOMPARE(result.target->after, truth);
    }
    void aTargetThatIsMetAlreadyIsSaid()
    {
        PruningNet net = smallNet();
        PruneOptions options;
        options.targets.macs = {1e12, TargetValue::Unit::Absolute};
        const PruneResult result = prune(net.graph(), options, {});
        QCOMPARE(serializeOnnx(result.graph), serializeOnnx(net.graph()));
        QCOMPARE(result.notices.size(), std::size_t{1});
        QVERIFY(result.notices[0].code == MessageCode::TargetMetAlready);
        QCOMPARE(result.notices[0].arguments.at("what"), std::string("MAC count"));
        QCOMPARE(result.notices[0].arguments.at("wanted"), std::string("1e+06 M"));
    }
    void whatCantBeReachedIsRefusedWithTheLeastThatCan()
    {
        PruningNet net = smallNet();
        PruneOptions options;
        options.targets.macs = {10, TargetValue::Unit::Absolute};
        Message message = messageOf(net, options);
        QVERIFY(message.code == MessageCode::TargetUnreachable);
        QCOMPARE(message.arguments.at("wanted"), std::string("10"));
        // One channel a group: 256 places of 9 taps of 3, 1 and 1 channels, and 5 classes.
        QCOMPARE(message.arguments.at("reachable"),
                 std::string("11.53 k")); // 256 * 9 * 5 + 5 = 11,525, rounded up so that it can be asked for
        QCOMPARE(message.arguments.at("detail"), std::string("no more channels can leave"));
        options.scope = PruningScope::Global;
        message = messageOf(net, options);
        QVERIFY(QString::fromStdString(message.arguments.at("detail")).contains("a tenth"));
    }
    void whatStandsInTheWayIsNamed()
    {
        PruningNet net = smallNet();
        PruneOptions options;
        options.targets.macs = {0.02, TargetValue::Unit::OfBefore};
        options.keep = {"b"};
        Message message = messageOf(net, options);
        QVERIFY(message.code == MessageCode::TargetUnreachable);
        QCOMPARE(message.arguments.at("detail"), std::string("more channels could leave if 'b' was not kept"));
        options.keep = {};
        options.atLeast = 8;
        message = messageOf(net, options);
        QCOMPARE(message.arguments.at("detail"), std::string("more channels could leave if groups could have fewer than 8 channels"));
        options.atLeast = 1;
        options.layerFloors = {{"b", 8}};
        message = messageOf(net, options);
        QCOMPARE(message.arguments.at("detail"), std::string("more channels could leave if 'b' could have fewer than 8 channels"));
        options.layerFloors = {{"a", 2}, {"b", 8}}; // the first one hinders little
        message = messageOf(net, options);
        QCOMPARE(message.arguments.at("detail"), std::string("more channels could leave if 'a' could have fewer than 2 channels, and if "
                                                             "'b' could have fewer than 8 channels"));
        options.layerFloors = {};
        options.roundTo = 16;
        message = messageOf(net, options);
        QCOMPARE(message.arguments.at("detail"), std::string("more channels could leave if channels were not rounded to multiples of 16"));
    }
    void aLatencyThatOverheadHoldsUpIsUnreachable()
    {
        PruningNet net = smallNet();
        MadeUpDevice device;
        PruneOptions options;
        options.targets.latencyMs = {0.4, TargetValue::Unit::Absolute};
        const Message message = messageOf(net, options, &device);
        QVERIFY(message.code == MessageCode::TargetUnreachable);
        QCOMPARE(message.arguments.at("what"), std::string("latency"));
        QCOMPARE(message.arguments.at("reachable"), std::string("0.5116 ms"));
        const auto detail = QString::fromStdString(message.arguments.at("detail"));
        QVERIFY2(detail.startsWith("no more channels can leave; MACs are down to 1 % by then, and the rest of the time is of layers"),
                 qPrintable(detail));
        QVERIFY2(detail.endsWith(": a (1 channel), b (1 channel), c (1 channel)"), qPrintable(detail));
    }
    void onlyOneOfRatioAndTargetsIsTaken()
    {
        PruningNet net = smallNet();
        PruneOptions two = halved(TargetKind::Macs);
        two.targets.bytes = {1000, TargetValue::Unit::Absolute};
        QVERIFY(messageOf(net, two).code == MessageCode::BadOption);
        PruneOptions both = halved(TargetKind::Macs);
        both.ratio = 0.5;
        QVERIFY(messageOf(net, both).code == MessageCode::BadOption);
        PruneOptions byLayer = halved(TargetKind::Macs, PruningScope::Layer);
        byLayer.layerRatios = {{"a", 0.5}};
        QVERIFY(messageOf(net, byLayer).code == MessageCode::BadOption);
    }
    void aStopIsObeyedWhileSearching()
    {
        PruningNet net = smallNet();
        std::stop_source source;
        MadeUpDevice device;
        class StopAtSecond : public LatencyMeter
        {
        public:
            explicit StopAtSecond(std::stop_source& source, LatencyMeter& meter) : m_source(source), m_meter(meter) {}
            Latency measure(const std::filesystem::path& model, const JobContext& job) override
            {
                if (++m_calls == 2)
                    m_source.request_stop();
                return m_meter.measure(model, job);
            }

        private:
            std::stop_source& m_source;
            LatencyMeter& m_meter;
            int m_calls = 0;
        } meter(source, device);
        PruneOptions options = halved(TargetKind::LatencyMs);
        QVERIFY_THROWS_EXCEPTION(Cancelled, prune(net.graph(), options, JobContext(source.get_token()), {.meter = &meter}));
        QVERIFY(device.measured <= 2);
    }

    void latencyThatStaysWhileMacsFallIsSaidWithTheLayers()
    {
        PruningNet net = smallNet();
        const PruneResult result = prune(net.graph(), {.ratio = 0.3}, {}); // 11, 11 and 17 channels
        const SpeedChange stays{.macsBefore = 2e6, .macsAfter = 1e6, .latencyBeforeMs = 2, .latencyAfterMs = 1.8};
        const auto notice = latencyNotFalling(result.graph, stays, 8);
        QVERIFY(notice.has_value());
        QVERIFY(notice->code == MessageCode::LatencyNotFalling);
        QCOMPARE(notice->arguments.at("macs"), std::string("50"));
        QCOMPARE(notice->arguments.at("latency"), std::string("90"));
        // Of c 24 are computed for 17 (0.41 more of 11 * 17), of b and a 16 for 11 (0.45 more of 11 * 11 and of 3 * 11).
        QCOMPARE(notice->arguments.at("layers"), std::string("c (17 channels), b (11 channels), a (11 channels)"));
        QVERIFY(!latencyNotFalling(result.graph, {.macsBefore = 2e6, .macsAfter = 1e6, .latencyBeforeMs = 2, .latencyAfterMs = 1.2}, 8));
        QVERIFY(!latencyNotFalling(result.graph, {.macsBefore = 2e6, .macsAfter = 1.95e6, .latencyBeforeMs = 2, .latencyAfterMs = 2}, 8));
        const auto ofCalls =
            latencyNotFalling(result.graph, {.macsBefore = 2e6, .macsAfter = 1e6, .latencyBeforeMs = 0.1, .latencyAfterMs = 0.1}, 8);
        QVERIFY(ofCalls.has_value());
        QCOMPARE(ofCalls->arguments.at("layers"),
                 std::string("none, a model this small spends its time on calling operators, not in them"));
        const PruneResult whole = prune(net.graph(), {.ratio = 0.3, .roundTo = 8}, {});
        const auto none = latencyNotFalling(whole.graph, stays, 8);
        QVERIFY(none.has_value());
        QCOMPARE(none->arguments.at("layers"), std::string("none, the time goes into what has no channels to lose"));
    }

    void matrixProductsAreNamedWhereTheirWidthIsFree()
    {
        PruningNet net;
        net.input("x", {-1, 16});
        net.gemm("wide", "x", 16, 33);
        net.op("Relu", "r1", {"wide"});
        net.weight("product.w", {33, 9});
        net.op("MatMul", "product", {"r1", "product.w"});
        net.op("Relu", "r2", {"product"});
        net.gemm("answers", "r2", 9, 5); // as many as there are
        net.output("answers");
        const SpeedChange stays{.macsBefore = 2e6, .macsAfter = 1e6, .latencyBeforeMs = 2, .latencyAfterMs = 1.8};
        const auto notice = latencyNotFalling(net.graph(), stays, 8);
        QVERIFY(notice.has_value());
        // 16 for 9 of 33 * 9 products, 40 for 33 of 16 * 33.
        QCOMPARE(notice->arguments.at("layers"), std::string("product (9 channels), wide (33 channels)"));
    }

    void transposedConvolutionsAndRecurrentLayersAreNamed()
    {
        PruningNet net;
        net.input("x", {7, -1, 6});
        net.weight("gru.w", {1, 3 * 9, 6});
        net.weight("gru.r", {1, 3 * 9, 9});
        net.op("GRU", "gru", {"x", "gru.w", "gru.r"}, {{"hidden_size", std::int64_t{9}}});
        net.integers("flat", {7, -1, 9});
        net.op("Reshape", "states", {"gru", "flat"});
        net.weight("out.w", {9, 5});
        net.op("MatMul", "out", {"states", "out.w"});
        net.output("out");
        const SpeedChange stays{.macsBefore = 2e6, .macsAfter = 1e6, .latencyBeforeMs = 2, .latencyAfterMs = 1.8};
        QCOMPARE(latencyNotFalling(net.graph(), stays, 8)->arguments.at("layers"), std::string("gru (9 channels)"));

        PruningNet up;
        up.input("x", {-1, 3, 8, 8});
        up.conv("a", "x", {3, 8});
        up.weight("up.w", {8, 12, 2, 2});
        up.op("ConvTranspose", "up", {"a", "up.w"}, {{"strides", std::vector<std::int64_t>{2, 2}}});
        up.conv("b", "up", {12, 8});
        up.output("b");
        QCOMPARE(latencyNotFalling(up.graph(), stays, 8)->arguments.at("layers"), std::string("up (12 channels)"));
    }
};

QTEST_GUILESS_MAIN(TestPruneTarget)
#include "test_prune_target.moc"
