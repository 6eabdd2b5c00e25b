// SPDX-License-Identifier: GPL-3.0-or-later
#include "data/loader.h"
#include "data_making.h"
#include "number_making.h"

#include <QTest>

#include <cmath>
#include <set>

using namespace hone;
namespace fs = std::filesystem;

namespace
{

Graph modelOf(const std::vector<std::int64_t>& input, int outputs)
{
    Graph graph;
    graph.opsets[""] = 13;
    Shape shape = {Dim::free("N")};
    for (const auto extent : input)
        shape.push_back(Dim::fixed(extent));
    const auto in = graph.addComputed("in", {DType::Float32, shape});
    const auto out = graph.addComputed("out", {DType::Float32, Shape{Dim::free("N"), Dim::fixed(outputs)}});
    graph.inputs = {in};
    graph.outputs = {out};
    return graph;
}

template<class Function>
std::optional<Message> errorOf(Function function)
{
    try {
        function();
    } catch (const Error& error) {
        return error.message();
    }
    return std::nullopt;
}

// Two channels: the row's number plus `offset`, and ten times that.
std::string csvRows(int rows, int offset, const std::string& label = "")
{
    std::string text = std::string("time,ax,ay") + (label.empty() ? "" : ",activity") + "\n";
    for (int i = 0; i < rows; ++i)
        text += std::to_string(i) + "," + std::to_string(i + offset) + "," + std::to_string(10 * (i + offset)) +
                (label.empty() ? "" : "," + label) + "\n";
    return text;
}

std::set<std::string> filesOf(const Dataset& data, Split split)
{
    std::set<std::string> files;
    for (std::size_t i = 0; i < data.size(split); ++i)
        files.insert(data.sampleName(split, i).substr(0, data.sampleName(split, i).find('#')));
    return files;
}

} // namespace

class TestNumberData : public QObject
{
    Q_OBJECT

    std::optional<TemporaryFolder> m_temporary;
    fs::path m_folder;

    Dataset open() const { return Dataset::open(m_folder); }
    void yaml(const std::string& text) const { writeBytes(m_folder / "dataset.yaml", text); }

private slots:
    void init()
    {
        m_temporary.emplace();
        m_folder = m_temporary->path();
    }
    void cleanup() { m_temporary.reset(); }

    void recordingsAreCutIntoWindowsAndStayInOneSplit()
    {
        for (const auto* name : {"run", "walk"})
            for (int i = 0; i < 10; ++i)
                writeBytes(m_folder / name / (std::string(name) + std::to_string(i) + ".csv"), csvRows(20 + i, 100 * i));
        yaml("windows: {length: 8, stride: 4}\n");
        const auto data = open();
        QVERIFY(data.format() == DataFormat::Recordings && data.kind() == SampleKind::Window);
        QCOMPARE(data.sampleShape(), (Dimensions{8, 2}));
        QCOMPARE(data.classes()[1].name, std::string("walk"));
        const auto train = filesOf(data, Split::Train), validation = filesOf(data, Split::Validation), test = filesOf(data, Split::Test);
        QCOMPARE(train.size(), 16u);
        QCOMPARE(validation.size(), 2u);
        QCOMPARE(test.size(), 2u);
        for (const auto& file : test)
            QVERIFY(!train.contains(file) && !validation.contains(file));
        const auto window = std::get<SensorWindow>(*data.sample(Split::Train, 1)).values; // the second of a file: from row 4
        QCOMPARE(window.shape(), (Dimensions{8, 2}));
        QCOMPARE(std::fmod(window.data<float>()[0], 100.f), 4.f);
        QCOMPARE(window.data<float>()[1], 10 * window.data<float>()[0]);
    }

    void equallyLongRecordingsAreWindowsThemselves()
    {
        for (int i = 0; i < 6; ++i)
            writeBytes(m_folder / (i % 2 ? "a" : "b") / (std::to_string(i) + ".csv"), csvRows(30, i));
        const auto data = open();
        QCOMPARE(data.sampleShape(), (Dimensions{30, 2}));
        QCOMPARE(data.size(Split::Train) + data.size(Split::Validation) + data.size(Split::Test), 6u);
    }

    void aColumnMayHoldTheLabels()
    {
        std::string text = "ax,activity\n";
        for (int i = 0; i < 8; ++i)
            text += std::to_string(i) + "," + (i < 3 ? "sit" : "walk") + "\n";
        for (const auto* name : {"train.csv", "test.csv"})
            writeBytes(m_folder / name, text);
        yaml("windows: {length: 4, stride: 2}\nvalidation: {fraction: 0}\n");
        auto data = open();
        QCOMPARE(data.classes().size(), 2u);
        QCOMPARE(data.size(Split::Train), 3u);
        QCOMPARE(data.size(Split::Test), 3u);
        QCOMPARE(data.label(Split::Test, 0), 0); // three rows of four sit
        QCOMPARE(data.label(Split::Test, 1), 1);
        yaml("windows: {length: 4, stride: 2, take: last}\nvalidation: {fraction: 0}\nclasses: [walk, sit]\n");
        data = open();
        QCOMPARE(data.label(Split::Test, 0), 0); // the last row walks, and that comes first now
    }

    void columnsMayHoldValuesToPredict()
    {
        writeBytes(m_folder / "train.csv", csvRows(10, 0));
        writeBytes(m_folder / "test.csv", csvRows(10, 50));
        yaml("windows: {length: 4, stride: 4, targets: ay}\nvalidation: {fraction: 0}\n");
        const auto data = open();
        QVERIFY(data.targets() == Targets::Values && data.task() == Task::Regression);
        QCOMPARE(data.targetWidth(), 1);
        QCOMPARE(data.sampleShape(), (Dimensions{4, 1}));
        QCOMPARE(data.values(Split::Test, 1)[0], 570.f); // of its last row, the seventh
        const auto pairing = pairCompletely(modelOf({4}, 1), data);
        QCOMPARE(pairing.outputs, 1);
        Loader loader(data, Split::Train, pairing, {});
        const auto batch = loader.next({});
        QCOMPARE(batch->targets.shape(), (Dimensions{2, 1}));
        QCOMPARE(batch->targets.data<float>()[1], 70.f);
        QCOMPARE(batch->labels, (std::vector<std::int64_t>{-1, -1}));
        QVERIFY(errorOf([&] { pairCompletely(modelOf({4}, 3), data); })->code == MessageCode::TargetCountMismatch);
    }

    void oneRecordingIsDividedByStretches()
    {
        writeBytes(m_folder / "all.csv", csvRows(1000, 0, "still"));
        yaml("windows: {length: 20, stride: 10}\ntask: agreement\n");
        const auto data = open();
        QVERIFY(data.size(Split::Test) > 0 && data.size(Split::Validation) > 0);
        std::set<float> inTrain;
        const auto rowsOf = [&](Split split, std::size_t i) { return std::get<SensorWindow>(*data.sample(split, i)).values; };
        for (std::size_t i = 0; i < data.size(Split::Train); ++i)
            for (std::size_t row = 0; row < 20; ++row)
                inTrain.insert(rowsOf(Split::Train, i).data<float>()[2 * row]);
        for (std::size_t i = 0; i < data.size(Split::Test); ++i)
            QVERIFY(!inTrain.contains(rowsOf(Split::Test, i).data<float>()[0]));
    }

    void meanAndDeviationAreTheTrainSplitsAndStayWithTheModel()
    {
        writeBytes(m_folder / "train" / "a" / "1.csv", "1,10\n3,10\n");
        writeBytes(m_folder / "train" / "b" / "1.csv", "5,10\n7,10\n");
        writeBytes(m_folder / "test" / "a" / "1.csv", "1000,0\n2000,0\n");
        yaml("windows: {length: 2}\nvalidation: {fraction: 0}\n");
        const auto data = open();
        auto graph = modelOf({2, 2}, 2);
        const auto pairing = pair(graph, data);
        const auto& window = pairing.preprocess.window();
        QCOMPARE(window.mean, (std::vector<double>{4, 10}));
        QCOMPARE(window.std, (std::vector<double>{std::sqrt(5.0), 1})); // a channel that never changes is left alone
        QVERIFY(preprocessNotice(pairing)->code == MessageCode::FrontEndAssumed);
        Loader loader(data, Split::Train, pairing, {});
        const auto values = loader.next({})->inputs;
        QVERIFY(std::abs(values.data<float>()[0] - (1 - 4) / std::sqrt(5.f)) < 1e-6f);
        QCOMPARE(values.data<float>()[1], 0.f);

        writeModelCard(graph, {.classes = {}, .preprocess = pairing.preprocess});
        writeBytes(m_folder / "train" / "a" / "1.csv", "100,10\n300,10\n"); // other data: the model's own numbers stay
        QCOMPARE(pair(graph, open()).preprocess.window().mean, (std::vector<double>{4, 10}));
    }

    void theModelsShapeSaysWhichAxisIsTime()
    {
        for (const auto* name : {"a", "b"})
            writeBytes(m_folder / name / "1.csv", csvRows(12, 0));
        yaml("windows: {length: 6}\n");
        const auto data = open();
        QVERIFY(pair(modelOf({6, 2}, 2), data).preprocess.window().time == TimeAxis::First);
        QVERIFY(pair(modelOf({2, 6}, 2), data).preprocess.window().time == TimeAxis::Last);
        QVERIFY(pair(modelOf({2, 1, 6}, 2), data).preprocess.window().time == TimeAxis::Last);
        QCOMPARE(inputShape(pair(modelOf({12}, 2), data).preprocess), (Dimensions{12}));
        const auto message = errorOf([&] { pair(modelOf({7, 2}, 2), data); });
        QVERIFY(message->code == MessageCode::ModelInputUnsupported);
        QVERIFY(message->arguments.at("detail").find("6 rows of 2 channels") != std::string::npos);
    }

    void recordingsMayBeArrays()
    {
        writeBytes(m_folder / "train" / "a" / "1.npy", npyOf({4, 3}, std::vector<float>{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}));
        writeNpz(m_folder / "train" / "b" / "1.npz", {{"x", npyOf({4, 3}, std::vector<double>(12, 0.5))}});
        yaml("format: recordings\nwindows: {length: 2, stride: 2}\nvalidation: {fraction: 0}\n");
        const auto data = open();
        QCOMPARE(data.sampleShape(), (Dimensions{2, 3}));
        QCOMPARE(data.size(Split::Train), 4u);
        QCOMPARE(std::get<SensorWindow>(*data.sample(Split::Train, 1)).values.data<float>()[0], 7.f);
    }

    void badRecordingsAreNamed()
    {
        writeBytes(m_folder / "a" / "1.csv", csvRows(5, 0));
        writeBytes(m_folder / "b" / "1.csv", "time,ax,ay\n1,2,3\n4,five,6\n");
        auto message = errorOf([&] { open(); });
        QVERIFY(message->code == MessageCode::FileUnreadable);
        QVERIFY(message->arguments.at("path").ends_with("b/1.csv"));
        QVERIFY(message->arguments.at("reason").find("line 3: \"five\"") != std::string::npos);
        writeBytes(m_folder / "b" / "1.csv", "time,ax\n1,2\n");
        QVERIFY(errorOf([&] { open(); })->arguments.at("reason").find("1 channels") != std::string::npos);
        writeBytes(m_folder / "b" / "1.csv", "time,ax,gy\n1,2,3\n");
        QVERIFY(errorOf([&] { open(); })->arguments.at("reason").find("called otherwise") != std::string::npos);
    }

    void arraysWithWholeNumbersAreClassified()
    {
        writeNpz(m_folder / "set.npz", {{"x_train", npyOf({4, 3}, std::vector<float>{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11})},
                                        {"y_train", npyOf({4}, std::vector<std::int64_t>{0, 2, 2, 0})},
                                        {"x_test", npyOf({1, 3}, std::vector<float>{1, 1, 1})},
                                        {"y_test", npyOf({1, 1}, std::vector<std::int64_t>{2})}});
        yaml("validation: {fraction: 0}\n");
        const auto data = open();
        QVERIFY(data.format() == DataFormat::Npz && data.kind() == SampleKind::Tensor);
        QCOMPARE(data.classes().size(), 2u);
        QCOMPARE(data.label(Split::Test, 0), 1);
        Loader loader(data, Split::Train, pair(modelOf({1, 3}, 2), data), {});
        const auto batch = loader.next({});
        QCOMPARE(batch->inputs.shape(), (Dimensions{4, 1, 3}));
        QCOMPARE(batch->inputs.data<float>()[5], 5.f);
        QCOMPARE(batch->labels, (std::vector<std::int64_t>{0, 1, 1, 0}));
        QVERIFY(!preprocessNotice(pair(modelOf({3}, 2), data)));
        QVERIFY(errorOf([&] { pair(modelOf({4}, 2), data); })->code == MessageCode::ModelInputUnsupported);
    }

    void oneHotRowsAndTextsAreClassesToo()
    {
        using namespace std::string_literals;
        writeNpz(m_folder / "a.npz",
                 {{"x", npyOf({3, 1}, std::vector<float>{1, 2, 3})}, {"y", npyOf({3, 2}, std::vector<float>{1, 0, 0, 1, 1, 0})}});
        auto data = open();
        QCOMPARE(data.classes().size(), 2u);
        writeNpz(m_folder / "a.npz", {{"x", npyOf({3, 1}, std::vector<float>{1, 2, 3})}, {"y", npyFile("|S3", "(3,)", "dogcatdog"s)}});
        data = open();
        QCOMPARE(data.classes()[0].name, std::string("cat"));
    }

    void arraysWithOtherNumbersAreForRegression()
    {
        std::vector<float> x(40), y(40);
        for (int i = 0; i < 40; ++i)
            y[std::size_t(i)] = 0.25f * (x[std::size_t(i)] = float(i));
        writeNpz(m_folder / "set.npz", {{"X", npyOf({20, 2}, x)}, {"y", npyOf({20, 2}, y)}});
        const auto data = open();
        QVERIFY(data.task() == Task::Regression);
        QCOMPARE(data.targetWidth(), 2);
        QCOMPARE(data.size(Split::Train), 16u);
        for (std::size_t i = 0; i < data.size(Split::Test); ++i) // targets stay with their samples
            QCOMPARE(data.values(Split::Test, i)[1], 0.25f * std::get<Tensor>(*data.sample(Split::Test, i)).data<float>()[1]);
        yaml("preprocess: {mean: [10, 20], std: 2}\n");
        const auto pairing = pair(modelOf({2}, 2), open());
        QCOMPARE(pairing.preprocess.tensor().mean, (std::vector<double>{10, 20}));
        QVERIFY(errorOf([&] {
                    yaml("task: classification\n");
                    open();
                })->code == MessageCode::DataConfigInvalid);
    }

    void wholeNumbersAreValuesWhereTheTaskSaysSo()
    {
        writeNpz(m_folder / "a.npz",
                 {{"x", npyOf({3, 1}, std::vector<float>{1, 2, 3})}, {"y", npyOf({3}, std::vector<std::int64_t>{7, -8, 9})}});
        yaml("task: regression\n");
        QVERIFY(open().targets() == Targets::Values);
        yaml("task: classification\n");
        QVERIFY(errorOf([&] { open(); })->arguments.at("reason").find("-8") != std::string::npos);
    }

    void anXAloneIsUnlabelled()
    {
        writeBytes(m_folder / "x.npy", npyOf({10, 2}, std::vector<float>(20, 1)));
        const auto data = open();
        QVERIFY(data.targets() == Targets::None && data.task() == Task::Agreement);
        QCOMPARE(pair(modelOf({2}, 7), data).outputs, 0);
    }

    void bytesInTheShapeOfPicturesArePictures()
    {
        std::vector<std::uint8_t> pixels(3 * 4 * 4 * 3);
        for (std::size_t i = 0; i < pixels.size(); ++i)
            pixels[i] = std::uint8_t(i);
        writeNpz(m_folder / "a.npz", {{"x", npyOf({3, 4, 4, 3}, pixels)}, {"y", npyOf({3}, std::vector<std::int64_t>{0, 1, 0})}});
        auto data = open();
        QVERIFY(data.kind() == SampleKind::Picture);
        const auto name = data.sampleName(Split::Train, 0);
        QCOMPARE(name.substr(0, name.find('#')), std::string("a.npz[x]"));
        const auto picture = data.picture(Split::Train, 0);
        QCOMPARE(picture->channels, 3);
        QCOMPARE(int(picture->pixels[4]), 4 + 48 * std::stoi(name.substr(name.find('#') + 1)));
        writeNpz(m_folder / "a.npz", {{"x", npyOf({3, 3, 4, 4}, pixels)}, {"y", npyOf({3}, std::vector<std::int64_t>{0, 1, 0})}});
        data = open();
        const auto planes = data.picture(Split::Train, 0);
        QCOMPARE(int(planes->pixels[1]), int(planes->pixels[0]) + 16); // green of the first pixel
        QCOMPARE(pair(modelOf({3, 4, 4}, 2), data).preprocess.picture().width, 4);
    }

    void arraysThatDoNotFitTogetherAreRefused()
    {
        const auto reasonOf = [&] { return errorOf([&] { open(); })->arguments.at("reason"); };
        writeNpz(m_folder / "a.npz",
                 {{"x", npyOf({3, 1}, std::vector<float>{1, 2, 3})}, {"y", npyOf({2}, std::vector<std::int64_t>{0, 1})}});
        QVERIFY(reasonOf().find("[2] for 3 samples") != std::string::npos);
        writeNpz(m_folder / "a.npz",
                 {{"x_train", npyOf({3, 1}, std::vector<float>{1, 2, 3})}, {"x_test", npyOf({1, 2}, std::vector<float>{1, 2})}});
        QVERIFY(reasonOf().find("[2]") != std::string::npos);
        writeNpz(m_folder / "a.npz", {{"x", npyOf({1, 1}, std::vector<float>{1})}, {"x_test", npyOf({1, 1}, std::vector<float>{1})}});
        QVERIFY(reasonOf().find("x_train") != std::string::npos);
    }
};

QTEST_APPLESS_MAIN(TestNumberData)
#include "test_number_data.moc"
