// SPDX-License-Identifier: GPL-3.0-or-later
#include "data_making.h"

#include <QTest>

#include <zlib.h>

#include <set>

using namespace hone;
namespace fs = std::filesystem;

namespace
{

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

std::vector<std::string> namesIn(const Dataset& dataset, Split split)
{
    std::vector<std::string> names;
    for (std::size_t i = 0; i < dataset.size(split); ++i)
        names.push_back(dataset.sampleName(split, i));
    return names;
}

std::vector<std::string> classNames(const Dataset& dataset)
{
    std::vector<std::string> names;
    for (const auto& info : dataset.classes())
        names.push_back(info.name);
    return names;
}

using Names = std::vector<std::string>;

} // namespace

class TestDataset : public QObject
{
    Q_OBJECT

    std::optional<TemporaryFolder> m_temporary;
    fs::path m_folder;

    MessageCode codeOfOpen()
    {
        const auto message = errorOf([&] { Dataset::open(m_folder); });
        return message ? message->code : MessageCode::InternalFault;
    }
    std::string configDetail(const std::string& yaml)
    {
        writeBytes(m_folder / "dataset.yaml", yaml);
        const auto message = errorOf([&] { Dataset::open(m_folder); });
        return message && message->code == MessageCode::DataConfigInvalid ? message->arguments.at("detail") : "";
    }

private slots:
    void init()
    {
        m_temporary.emplace();
        m_folder = m_temporary->path() / "set";
        fs::create_directories(m_folder);
    }
    void cleanup() { m_temporary.reset(); }

    void splitFoldersAreFoundByLooking()
    {
        writeClassFolders(m_folder / "Train", {"cat", "dog"}, 3);
        writeClassFolders(m_folder / "val", {"cat", "dog"}, 1);
        writeClassFolders(m_folder / "TEST", {"cat", "dog", "eel"}, 2);
        const auto data = Dataset::open(m_folder);
        QVERIFY(data.format() == DataFormat::ImageFolder);
        QCOMPARE(data.name(), "set");
        QCOMPARE(classNames(data), (Names{"cat", "dog", "eel"}));
        QCOMPARE(data.size(Split::Train), 6u);
        QCOMPARE(data.size(Split::Validation), 2u);
        QCOMPARE(data.size(Split::Test), 6u);
        QCOMPARE(data.sampleName(Split::Train, 3), "Train/dog/0000.png");
        QCOMPARE(data.label(Split::Test, 4), 2);
        QCOMPARE(data.picture(Split::Test, 5)->pixels.at(1), 6);
    }

    void validationIsTakenFromTrainClassByClass()
    {
        writeClassFolders(m_folder / "train", {"a", "b"}, 20);
        writeClassFolders(m_folder / "test", {"a", "b"}, 1);
        const auto data = Dataset::open(m_folder);
        QCOMPARE(data.size(Split::Train), 36u);
        QCOMPARE(data.size(Split::Validation), 4u); // a tenth
        int ofA = 0;
        for (std::size_t i = 0; i < 4; ++i)
            ofA += data.label(Split::Validation, i) == 0;
        QCOMPARE(ofA, 2);
        QCOMPARE(namesIn(Dataset::open(m_folder), Split::Validation), namesIn(data, Split::Validation));
    }

    void aSeedDecidesWhichSamplesValidate()
    {
        writeClassFolders(m_folder / "train", {"a", "b"}, 20);
        const auto drawn = [&](const std::string& rule) {
            writeBytes(m_folder / "dataset.yaml", "validation: " + rule);
            return namesIn(Dataset::open(m_folder), Split::Validation);
        };
        QCOMPARE(drawn("{from: train, fraction: 0.25, seed: 3}").size(), 10u);
        QVERIFY(drawn("{from: train, fraction: 0.25, seed: 3}") != drawn("{from: train, fraction: 0.25, seed: 4}"));
        QCOMPARE(drawn("{fraction: 0}").size(), 0u);
    }

    void classFoldersAloneAreDividedClassByClass()
    {
        writeClassFolders(m_folder, {"a", "b", "few", "one"}, 0);
        writeClassFolders(m_folder, {"a", "b"}, 20);
        writeFlatPicture(m_folder / "few" / "1.png", 1);
        writeFlatPicture(m_folder / "few" / "2.png", 2);
        writeFlatPicture(m_folder / "few" / "3.png", 3);
        writeFlatPicture(m_folder / "one" / "1.png", 1);
        const auto data = Dataset::open(m_folder);
        QCOMPARE(data.size(Split::Train), 16u + 16u + 1u + 1u);
        QCOMPARE(data.size(Split::Validation), 2u + 2u + 1u);
        QCOMPARE(data.size(Split::Test), 2u + 2u + 1u);
        std::set<std::string> all;
        for (const auto split : data.splits())
            for (const auto& name : namesIn(data, split))
                QVERIFY2(all.insert(name).second, name.c_str());
        QCOMPARE(all.size(), 44u);
    }

    void otherFilesAreLeftOutAndNestedFoldersAreRead()
    {
        writeFlatPicture(m_folder / "a" / "x.PNG", 1);
        writeFlatPicture(m_folder / "a" / "deep" / "deeper" / "y.png", 2);
        writeFlatPicture(m_folder / "a" / ".hidden.png", 3);
        writeBytes(m_folder / "a" / "Thumbs.db", "x");
        writeBytes(m_folder / "a" / "notes.txt", "x");
        writeFlatPicture(m_folder / "a" / "__MACOSX" / "z.png", 3);
        writeFlatPicture(m_folder / "\xC3\xBC\xE7\x8C\xAB" / "\xE7\x8C\xAB.png", 4); // ü, cat in Chinese
        writeFlatPicture(m_folder / ".cache" / "z.png", 3);
        writeBytes(m_folder / "empty" / "readme.md", "x");
        const auto data = Dataset::open(m_folder);
        QCOMPARE(classNames(data), (Names{"a", "\xC3\xBC\xE7\x8C\xAB"}));
        QCOMPARE(namesIn(data, Split::Train), (Names{"a/deep/deeper/y.png", "a/x.PNG", "\xC3\xBC\xE7\x8C\xAB/\xE7\x8C\xAB.png"}));
        QVERIFY(data.picture(Split::Train, 2));
    }

    void linksAreFollowedOnce()
    {
        writeFlatPicture(m_temporary->path() / "elsewhere" / "1.png", 1);
        writeFlatPicture(m_folder / "a" / "1.png", 1);
        writeFlatPicture(m_folder / "b" / "1.png", 1);
        fs::create_directory_symlink(m_temporary->path() / "elsewhere", m_folder / "a" / "link");
        fs::create_directory_symlink(m_folder / "a", m_folder / "a" / "loop");
        fs::create_symlink(m_folder / "nowhere.png", m_folder / "b" / "broken.png");
        const auto data = Dataset::open(m_folder);
        QCOMPARE(namesIn(data, Split::Train), (Names{"a/1.png", "a/link/1.png", "b/1.png", "b/broken.png"}));
        QVERIFY(!data.picture(Split::Train, 3));
    }

    void anUnlabelledTestFolderIsAsGoodAsAbsent()
    {
        writeClassFolders(m_folder / "train", {"a", "b"}, 2);
        writeFlatPicture(m_folder / "test" / "1.png", 1);
        const auto data = Dataset::open(m_folder);
        QCOMPARE(data.size(Split::Test), 0u);
        const auto message = errorOf([&] { data.require(Split::Test); });
        QVERIFY(message && message->code == MessageCode::SplitMissing);
        QCOMPARE(message->arguments.at("available"), "train, validation");
    }

    void aClassMayBeCalledTrain()
    {
        writeClassFolders(m_folder, {"bus", "train"}, 1);
        QCOMPARE(classNames(Dataset::open(m_folder)), (Names{"bus", "train"}));
    }

    void theConfigurationNamesEverything()
    {
        writeClassFolders(m_folder / "one", {"a", "b"}, 2);
        writeClassFolders(m_folder / "two", {"a", "b"}, 1);
        writeBytes(m_folder / "dataset.yaml", "name: My set\n"
                                              "task: classification\n"
                                              "format: image-folder\n"
                                              "splits: {train: one, val: two}\n"
                                              "classes: {b: 4, a: 17}\n"
                                              "preprocess: {size: [3, 5], range: [0, 255], mean: 1, std: [2], channels: gray}\n");
        const auto data = Dataset::open(m_folder);
        QCOMPARE(data.name(), "My set");
        QCOMPARE(classNames(data), (Names{"b", "a"}));
        QCOMPARE(data.classes()[1].output.value(), 17);
        QCOMPARE(data.sampleName(Split::Train, 0), "one/b/0000.png");
        QCOMPARE(data.size(Split::Validation), 2u);
        QCOMPARE(data.preprocess()->picture().height, 3);
        QCOMPARE(data.preprocess()->picture().width, 5);
        QVERIFY(data.preprocess()->picture().channels == ChannelOrder::Gray);
        QCOMPARE(data.preprocess()->picture().std, std::vector<double>{2});
    }

    void everyProblemOfAConfigurationIsNamedWithItsLine()
    {
        const auto detail = configDetail("name: [1]\n"
                                         "formt: idx\n"
                                         "splits: {trian: x}\n"
                                         "validation: {from: test, fraction: 2, sed: 1}\n"
                                         "classes: [a, a]\n"
                                         "preprocess:\n"
                                         "  size: big\n"
                                         "  std: 0\n");
        for (const auto* expected :
             {"line 1: name", "line 2: \"formt\"", "line 3: a split", "line 4: validation can only", "line 4: validation's fraction",
              "line 4: \"sed\"", "line 5: class \"a\" stands there twice", "line 7: size", "line 8: std"})
            QVERIFY2(detail.find(expected) != detail.npos, (std::string(expected) + " not in: " + detail).c_str());
    }

    void aFolderCanNotServeTwoSplits()
    {
        writeClassFolders(m_folder / "train", {"a", "b"}, 1);
        QVERIFY(configDetail("splits: {train: train, test: ./train/}\n").find("twice") != std::string::npos);
    }

    void aConfigurationThatIsNotYamlSaysWhere()
    {
        QVERIFY(configDetail("name: x\nclasses: [a, b\n").starts_with("line "));
        QVERIFY(!configDetail("- just\n- a list\n").empty());
        QVERIFY(!configDetail("").empty());
    }

    void classesAndFoldersMustAgree()
    {
        writeClassFolders(m_folder / "train", {"a", "b"}, 1);
        const auto detail = configDetail("classes: [a, c]\n");
        QVERIFY(detail.find("\"c\" has no folder") != detail.npos);
        QVERIFY(detail.find("\"b\" is missing") != detail.npos);
        QVERIFY(configDetail("splits: {train: train, test: gone}\n").find("\"gone\"") != std::string::npos);
    }

    void otherTasksAreRefused()
    {
        writeBytes(m_folder / "dataset.yaml", "task: detection\n");
        QVERIFY(codeOfOpen() == MessageCode::TaskUnsupported);
        writeBytes(m_folder / "dataset.yaml", "task: segmentation\n");
        QVERIFY(codeOfOpen() == MessageCode::TaskUnsupported);
    }

    void picturesWithoutFoldersAreUnlabelled()
    {
        for (int i = 0; i < 10; ++i)
            writeFlatPicture(m_folder / (std::to_string(i) + ".png"), i);
        const auto data = Dataset::open(m_folder);
        QVERIFY(data.targets() == Targets::None);
        QVERIFY(data.task() == Task::Agreement);
        QVERIFY(data.classes().empty());
        QCOMPARE(data.size(Split::Train), 8u);
        QCOMPARE(data.size(Split::Validation), 1u);
        QCOMPARE(data.size(Split::Test), 1u);
        QCOMPARE(data.label(Split::Test, 0), -1);
        QVERIFY(data.picture(Split::Test, 0));
    }

    void splitFoldersOfPicturesAreUnlabelled()
    {
        for (int i = 0; i < 4; ++i) {
            writeFlatPicture(m_folder / "train" / (std::to_string(i) + ".png"), i);
            writeFlatPicture(m_folder / "test" / (std::to_string(i) + ".png"), i);
        }
        const auto data = Dataset::open(m_folder);
        QVERIFY(data.targets() == Targets::None);
        QCOMPARE(data.size(Split::Test), 4u);
        QCOMPARE(data.size(Split::Train) + data.size(Split::Validation), 4u);
        writeBytes(m_folder / "dataset.yaml", "task: classification\n");
        QVERIFY(configDetail("task: classification\n").find("classes") != std::string::npos);
    }

    void normalOnesAloneAreTrainedOn()
    {
        writeClassFolders(m_folder, {"normal", "scratched"}, 10);
        writeBytes(m_folder / "dataset.yaml", "task: anomaly\n");
        const auto data = Dataset::open(m_folder);
        QVERIFY(data.task() == Task::Anomaly);
        QVERIFY(!data.classes()[0].anomaly && data.classes()[1].anomaly);
        QCOMPARE(data.size(Split::Train), 8u);
        for (std::size_t i = 0; i < data.size(Split::Train); ++i)
            QCOMPARE(data.label(Split::Train, i), 0);
        QCOMPARE(data.size(Split::Test), 10u); // with the scratched ones that could not be trained on
        QVERIFY(configDetail("task: anomaly\nnormal: [good]\n").find("\"good\" is not in the data") != std::string::npos);
    }

    void oneClassIsEnoughForAnomalies()
    {
        writeClassFolders(m_folder / "train", {"good"}, 4);
        writeClassFolders(m_folder / "test", {"bent", "good"}, 2);
        writeBytes(m_folder / "dataset.yaml", "task: anomaly\nnormal: good\n");
        const auto data = Dataset::open(m_folder);
        QVERIFY(data.classes()[0].anomaly && !data.classes()[1].anomaly);
        QCOMPARE(data.size(Split::Test), 4u);
    }

    void whatIsNoDataSetIsRefused()
    {
        QVERIFY(codeOfOpen() == MessageCode::DataEmpty);
        writeBytes(m_folder / "file.txt", "x");
        QVERIFY(codeOfOpen() == MessageCode::DataFormatUnknown);
        fs::create_directories(m_folder / "train" / "cat");
        QVERIFY(codeOfOpen() == MessageCode::DataEmpty);
        writeFlatPicture(m_folder / "train" / "cat" / "1.png", 1);
        const auto single = errorOf([&] { Dataset::open(m_folder); });
        QVERIFY(single->code == MessageCode::SingleClass);
        QCOMPARE(single->arguments.at("class"), "cat");
        QVERIFY(errorOf([&] { Dataset::open(m_folder / "gone"); })->code == MessageCode::DataNotFound);
        QVERIFY(errorOf([&] { Dataset::open(m_folder / "file.txt"); })->code == MessageCode::DataFormatUnknown);
    }

    void aStatedSplitWithoutPicturesIsRefused()
    {
        writeClassFolders(m_folder / "train", {"a", "b"}, 1);
        fs::create_directories(m_folder / "test");
        writeBytes(m_folder / "dataset.yaml", "splits: {train: train, test: test}\n");
        const auto message = errorOf([&] { Dataset::open(m_folder); });
        QVERIFY(message->code == MessageCode::DataEmpty);
        QCOMPARE(message->arguments.at("split"), "test");
    }

    void idxFilesAreFoundPlainAndGzipped()
    {
        writeBytes(m_folder / "train-images-idx3-ubyte", idxImages(6, 2, 3));
        writeBytes(m_folder / "train-labels-idx1-ubyte", idxLabels({0, 1, 0, 1, 0, 1}));
        const auto gzip = [&](const std::string& name, const std::string& bytes) {
            const auto file = gzopen((m_folder / name).c_str(), "wb");
            gzwrite(file, bytes.data(), unsigned(bytes.size()));
            gzclose(file);
        };
        gzip("t10k-images-idx3-ubyte.gz", idxImages(2, 2, 3));
        gzip("t10k-labels-idx1-ubyte.gz", idxLabels({1, 0}));
        const auto data = Dataset::open(m_folder);
        QVERIFY(data.format() == DataFormat::Idx);
        QCOMPARE(classNames(data), (Names{"0", "1"}));
        QCOMPARE(data.size(Split::Train), 4u);
        QCOMPARE(data.size(Split::Validation), 2u);
        QCOMPARE(data.size(Split::Test), 2u);
        QCOMPARE(data.sampleName(Split::Test, 1), "t10k-images-idx3-ubyte.gz#1");
        QCOMPARE(data.label(Split::Test, 0), 1);
        const auto picture = data.picture(Split::Test, 1);
        QCOMPARE(picture->width, 3);
        QCOMPARE(picture->height, 2);
        QCOMPARE(picture->pixels, std::vector<std::uint8_t>(6, 1));
    }

    void idxNamesCanComeFromTheConfiguration()
    {
        writeBytes(m_folder / "letters-images.idx3-ubyte", idxImages(4, 2, 2));
        writeBytes(m_folder / "letters-labels.idx1-ubyte", idxLabels({0, 1, 2, 1}));
        writeBytes(m_folder / "dataset.yaml", "format: idx\nsplits: {train: letters}\nclasses: [x, y, z]\n");
        QCOMPARE(classNames(Dataset::open(m_folder)), (Names{"x", "y", "z"}));
        QVERIFY(configDetail("classes: [x, y]\n").find("label 2 occurs") != std::string::npos);
    }

    void damagedIdxFilesAreRefusedOrTheirPicturesUnreadable()
    {
        const auto images = m_folder / "train-images-idx3-ubyte", labels = m_folder / "train-labels-idx1-ubyte";
        writeBytes(images, idxImages(4, 2, 2));
        QVERIFY(codeOfOpen() == MessageCode::FileNotFound);
        writeBytes(labels, idxLabels({0, 1}));
        QVERIFY(codeOfOpen() == MessageCode::FileUnreadable);
        writeBytes(labels, idxLabels({0, 1, 1, 0}).substr(0, 10));
        QVERIFY(codeOfOpen() == MessageCode::FileUnreadable);
        writeBytes(labels, idxLabels({0, 1, 0, 1}));
        writeBytes(images, "no header");
        QVERIFY(codeOfOpen() == MessageCode::FileUnreadable);
        writeBytes(images, bigEndian(0x803) + bigEndian(4) + bigEndian(~0u) + bigEndian(~0u));
        QVERIFY(codeOfOpen() == MessageCode::FileUnreadable);
        writeBytes(images, idxImages(4, 2, 2).substr(0, 16 + 4 * 3 + 1));
        writeBytes(m_folder / "dataset.yaml", "validation: {fraction: 0}\n");
        const auto data = Dataset::open(m_folder);
        QVERIFY(data.picture(Split::Train, 2));
        QVERIFY(!data.picture(Split::Train, 3));
    }

    void picturesBehindTheDamageOfAGzippedFileAreUnreadable()
    {
        const auto gzip = [&](const std::string& name, const std::string& bytes) {
            const auto file = gzopen((m_folder / name).c_str(), "wb0"); // stored, so that half of the file is half of the pictures
            gzwrite(file, bytes.data(), unsigned(bytes.size()));
            gzclose(file);
        };
        gzip("train-images-idx3-ubyte.gz", idxImages(200, 20, 20));
        gzip("train-labels-idx1-ubyte.gz", idxLabels([] {
                 std::vector<int> labels(200);
                 for (std::size_t i = 0; i < labels.size(); ++i)
                     labels[i] = int(i % 2);
                 return labels;
             }()));
        writeBytes(m_folder / "dataset.yaml", "validation: {fraction: 0}\n");
        fs::resize_file(m_folder / "train-images-idx3-ubyte.gz", fs::file_size(m_folder / "train-images-idx3-ubyte.gz") / 2);
        const auto data = Dataset::open(m_folder);
        QCOMPARE(data.picture(Split::Train, 5)->pixels.at(0), 5);
        QVERIFY(!data.picture(Split::Train, 199));
    }

    void cifar10FilesAreReadPlaneByPlane()
    {
        writeBytes(m_folder / "data_batch_1.bin", cifarRecord("\x01", 0) + cifarRecord(std::string(1, '\0'), 1));
        writeBytes(m_folder / "data_batch_2.bin", cifarRecord("\x01", 2));
        writeBytes(m_folder / "test_batch.bin", cifarRecord("\x01", 3) + "\x01 cut short");
        writeBytes(m_folder / "batches.meta.txt", "airplane\nautomobile\r\n\n");
        writeBytes(m_folder / "dataset.yaml", "validation: {fraction: 0}\n");
        const auto data = Dataset::open(m_folder);
        QVERIFY(data.format() == DataFormat::CifarBinary);
        QCOMPARE(classNames(data), (Names{"airplane", "automobile"}));
        QCOMPARE(data.size(Split::Train), 3u);
        QCOMPARE(data.sampleName(Split::Train, 2), "data_batch_2.bin#0");
        QCOMPARE(data.label(Split::Train, 1), 0);
        const auto picture = data.picture(Split::Train, 1);
        QCOMPARE(picture->channels, 3);
        QCOMPARE(std::vector<int>(picture->pixels.begin(), picture->pixels.begin() + 4), (std::vector<int>{11, 21, 31, 11}));
        QCOMPARE(data.size(Split::Test), 2u);
        QVERIFY(data.picture(Split::Test, 0));
        QVERIFY(!data.picture(Split::Test, 1));
    }

    void cifar100UsesItsFineLabels()
    {
        writeBytes(m_folder / "train.bin", cifarRecord("\x05\x01", 0) + cifarRecord(std::string("\x05\0", 2), 1));
        writeBytes(m_folder / "test.bin", cifarRecord("\x05\x01", 2));
        writeBytes(m_folder / "fine_label_names.txt", "apple\nbear\n");
        const auto data = Dataset::open(m_folder);
        QCOMPARE(data.label(Split::Test, 0), 1);
        QCOMPARE(classNames(data), (Names{"apple", "bear"}));
        QCOMPARE(data.picture(Split::Test, 0)->pixels[0], 12);
    }

    void theFingerprintFollowsFilesLabelsAndConfiguration()
    {
        writeClassFolders(m_folder / "train", {"a", "b"}, 3);
        const auto before = Dataset::open(m_folder).fingerprint();
        QCOMPARE(Dataset::open(m_folder).fingerprint(), before);
        writeBytes(m_folder / "dataset.yaml", "name: x\n");
        const auto configured = Dataset::open(m_folder).fingerprint();
        QVERIFY(configured != before);
        fs::rename(m_folder / "train" / "a" / "0000.png", m_folder / "train" / "b" / "9.png");
        QVERIFY(Dataset::open(m_folder).fingerprint() != configured);
    }

    void mnistIsReadWhereItIsThere()
    {
        const fs::path mnist = HONE_SOURCE_DIR "/../shared/data/mnist";
        if (!fs::exists(mnist))
            QSKIP("../shared/data/mnist is not here");
        const auto data = Dataset::open(mnist);
        QCOMPARE(data.classes().size(), 10u);
        QCOMPARE(data.size(Split::Train), 54000u);
        QCOMPARE(data.size(Split::Validation), 6000u);
        QCOMPARE(data.size(Split::Test), 2000u);
        QCOMPARE(data.label(Split::Test, 0), 7); // t10k's labels are known to begin 7, 2, 1
        QCOMPARE(data.label(Split::Test, 1), 2);
        QCOMPARE(data.label(Split::Test, 2), 1);
    }
};

QTEST_APPLESS_MAIN(TestDataset)
#include "test_dataset.moc"
