// SPDX-License-Identifier: GPL-3.0-or-later
// What a step says of time: where it stays though MACs leave, by the machine that measured; and what a teacher takes.
#include "graph/cost.h"
#include "onnx_io/onnx_io.h"
#include "project/step.h"
#include "temporary_projects.h"

#include <nlohmann/json.hpp>

#include <QTest>

#include <algorithm>

using namespace hone;
using namespace hone::testing;
namespace fs = std::filesystem;

namespace
{

// A machine on which every model takes as long, whose vectors hold so many floats.
class SameForAll : public LatencyMeter
{
public:
    explicit SameForAll(std::int64_t block) : m_block(block) {}
    Latency measure(const fs::path&, const JobContext&) override { return {2, 2, 1}; }
    std::int64_t channelBlock() const override { return m_block; }

private:
    std::int64_t m_block;
};

// On this one a million MACs take a millisecond.
class ByMacs : public LatencyMeter
{
public:
    Latency measure(const fs::path& model, const JobContext&) override
    {
        const double ms = static_cast<double>(cost(readOnnx(model)).macs) / 1e6;
        return {ms, ms, 1};
    }
    std::int64_t channelBlock() const override { return 16; }
};

std::optional<Message> noticeOf(const StepResult& result, MessageCode code)
{
    const auto found = std::ranges::find(result.notices, code, &Message::code);
    return found == result.notices.end() ? std::nullopt : std::optional(*found);
}

} // namespace

class TestStepSpeed : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase()
    {
        QVERIFY(m_folder.isValid());
        m_model = pathOf(m_folder) / "model.onnx";
        runStep(tinyNetwork(), {.output = m_model}, {}); // 4, 8 and 16 channels
        m_output = pathOf(m_folder) / "out.onnx";
        m_data = Dataset::open(drawTinyData(pathOf(m_folder) / "data"));
    }

    void layersRoundBadlyByTheVectorsOfTheMachineThatMeasured()
    {
        // 2, 4 and 8 channels: with vectors of two floats none rounds badly.
        for (const std::int64_t block : {2, 16}) {
            SameForAll device(block);
            StepInput input{.model = m_model, .output = m_output};
            input.evaluate.meter = &device;
            const auto notice = noticeOf(runStep(pruning(0.5), input, {}), MessageCode::LatencyNotFalling);
            QVERIFY(notice.has_value());
            const auto layers = QString::fromStdString(notice->arguments.at("layers"));
            QVERIFY2(layers.startsWith("none, ") == (block == 2), qPrintable(layers));
            QVERIFY2(layers.contains(" channels)") == (block == 16), qPrintable(layers));
        }
    }

    void aTargetsOwnMachineIsTheOneThatIsToldOf()
    {
        auto step = pruning(PruneOptions{}.ratio);
        step.prune.targets.latencyMs = {0.5, TargetValue::Unit::OfBefore};
        ByMacs target; // falls as MACs do
        SameForAll here(2);
        StepInput input{.model = m_model, .output = m_output};
        input.evaluate.meter = &here;
        input.targetMeter = &target;
        QVERIFY(!noticeOf(runStep(step, input, {}), MessageCode::LatencyNotFalling));
    }

    void aBusyMomentIsNotTakenForSlowness()
    {
        // The first measurement of the smaller file takes four times as long as all others.
        class BusyOnce : public ByMacs
        {
        public:
            Latency measure(const fs::path& model, const JobContext& job) override
            {
                Latency latency = ByMacs::measure(model, job);
                if (++m_calls == 2)
                    latency.p50Ms *= 4;
                return latency;
            }
            int calls() const { return m_calls; }

        private:
            int m_calls = 0;
        } device;
        StepInput input{.model = m_model, .output = m_output};
        input.evaluate.meter = &device;
        QVERIFY(!noticeOf(runStep(pruning(0.5), input, {}), MessageCode::LatencyNotFalling));
        QCOMPARE(device.calls(), 2 + 2 * 3);
    }

    void splitLayersThatAreNoFasterAreNamedWithTheirRanks()
    {
        SameForAll device(16);
        StepInput input{.model = m_model, .output = m_output};
        input.evaluate.meter = &device;
        const FactorizeParameters split{.factorize = {.rankRatio = 0.25}, .fromData = FromData::Off};
        const auto result = runStep(split, input, {});
        const auto notice = noticeOf(result, MessageCode::SplitNotFaster);
        QVERIFY(notice.has_value());
        const auto& first = result.factorization->layers.front();
        const auto layers = QString::fromStdString(notice->arguments.at("layers"));
        QVERIFY2(layers.contains(QString("%1 (rank %2)").arg(QString::fromStdString(first.name)).arg(first.rank)), qPrintable(layers));
        QCOMPARE(notice->arguments.at("latency"), std::string("100"));
        ByMacs falls;
        input.evaluate.meter = &falls;
        QVERIFY(!noticeOf(runStep(split, input, {}), MessageCode::SplitNotFaster));
    }

    void theTeacherIsMeasuredBesideItsStudent()
    {
        NewParameters large = tinyNetwork(1);
        large.architecture.width = 8;
        const auto teacher = pathOf(m_folder) / "teacher.onnx";
        runStep(large, {.output = teacher}, {});
        DistillParameters distill;
        distill.train.epochs = 1;
        distill.train.batch = 16;
        ByMacs device;
        StepInput input{.model = m_model, .dataset = &*m_data, .output = m_output};
        input.teacher = teacher;
        input.evaluate.meter = &device;
        const auto result = runStep(distill, input, {});
        QVERIFY(result.teacher.has_value());
        const GraphCost costs = cost(readOnnx(teacher));
        QCOMPARE(result.teacher->facts.macs, costs.macs);
        QCOMPARE(result.teacher->facts.sizeBytes, static_cast<std::int64_t>(fs::file_size(teacher)));
        QCOMPARE(result.teacher->latency->p50Ms, static_cast<double>(costs.macs) / 1e6);
        QCOMPARE(result.teacher->accuracy->samples, std::size_t(24));
        const auto json = toJson(result).at("teacher");
        QCOMPARE(json.at("macs").get<std::int64_t>(), costs.macs);
        QVERIFY(!toJson(runStep(pruning(0.5), {.model = m_model, .output = m_output}, {})).contains("teacher"));
        StepRecord kept;
        readRecord(recordToJson(result), kept);
        QCOMPARE(kept.teacher->facts.macs, costs.macs);
    }

private:
    QTemporaryDir m_folder;
    fs::path m_model;
    fs::path m_output;
    std::optional<Dataset> m_data;
};

QTEST_GUILESS_MAIN(TestStepSpeed)
#include "test_step_speed.moc"
