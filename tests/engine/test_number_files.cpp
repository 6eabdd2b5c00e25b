// SPDX-License-Identifier: GPL-3.0-or-later
#include "data/npz.h"
#include "data_making.h"
#include "number_making.h"
#include "preprocess/csv.h"

#include <QTest>

#include <cmath>

using namespace hone;

namespace
{

std::vector<float> valuesOf(const CsvTable& table)
{
    const auto values = table.values.data<float>();
    return {values.begin(), values.end()};
}

} // namespace

class TestNumberFiles : public QObject
{
    Q_OBJECT

    std::optional<TemporaryFolder> m_temporary;

private slots:
    void init() { m_temporary.emplace(); }
    void cleanup() { m_temporary.reset(); }

    void delimitersAndHeadersAreFound_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<bool>("header");
        QTest::newRow("commas") << QByteArray("a,b\n1,2.5\n-3,4e-1\n") << true;
        QTest::newRow("no header") << QByteArray("1,2.5\n-3,4e-1\n") << false;
        QTest::newRow("semicolons and decimal commas") << QByteArray("a;b\n1;2,5\n-3;0,4\n") << true;
        QTest::newRow("tabs, CRLF") << QByteArray("a\tb\r\n1\t2.5\r\n\r\n-3\t0.4") << true;
        QTest::newRow("bars") << QByteArray("1|2.5\n-3|0.4\n") << false;
        QTest::newRow("quotes and a byte order mark") << QByteArray("\xEF\xBB\xBF\"a\",\"b\"\n\"1\", \"2.5\"\n-3,+0.4\n") << true;
        QTest::newRow("a time column") << QByteArray("time,a,b\n0,1,2.5\n1,-3,0.4\n") << true;
        QTest::newRow("dates") << QByteArray("when,a,b\n2026-01-02 03:04,1,2.5\n2026-01-02 03:05,-3,0.4\n") << true;
    }
    void delimitersAndHeadersAreFound()
    {
        QFETCH(QByteArray, text);
        QFETCH(bool, header);
        std::string problem;
        const auto table = parseCsv(text.toStdString(), {}, &problem);
        QVERIFY2(table, problem.c_str());
        QCOMPARE(table->values.shape(), (Dimensions{2, 2}));
        QCOMPARE(valuesOf(*table), (std::vector<float>{1, 2.5f, -3, 0.4f}));
        QCOMPARE(table->channels, header ? (std::vector<std::string>{"a", "b"}) : std::vector<std::string>());
    }

    void aLabelIsAColumnOfTextOrOfThatName()
    {
        auto table = parseCsv("1,2,walk\n3,4,run\n", {});
        QCOMPARE(table->labels, (std::vector<std::string>{"walk", "run"}));
        QCOMPARE(valuesOf(*table), (std::vector<float>{1, 2, 3, 4}));
        table = parseCsv("a,Class,b\n1,0,2\n3,1,4\n", {});
        QCOMPARE(table->labels, (std::vector<std::string>{"0", "1"}));
        table = parseCsv("a,what,b\n1,\"x \"\"y\"\", z\",2\n3,\"two\nlines\",4\n", {.channels = {}, .label = "what", .targets = {}});
        QCOMPARE(table->labels, (std::vector<std::string>{"x \"y\", z", "two\nlines"}));
    }

    void columnsAreChosenByName()
    {
        const auto table = parseCsv("t,a,b,c\n1,2,3,4\n5,6,7,8\n", {.channels = {"C", "a"}, .label = "", .targets = {"t", "b"}});
        QCOMPARE(valuesOf(*table), (std::vector<float>{2, 4, 6, 8})); // in the file's order
        QCOMPARE(table->targets.shape(), (Dimensions{2, 2}));
        QCOMPARE(table->targets.data<float>()[3], 7.f);
        std::string problem;
        QVERIFY(!parseCsv("a,b\n1,2\n", {.channels = {"d"}, .label = "", .targets = {}}, &problem));
        QVERIFY(problem.find("\"d\"") != problem.npos);
    }

    void badRowsAreNamedByLine_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QString>("problem");
        QTest::newRow("too few fields") << QByteArray("a,b\n1,2\n3\n") << "line 3: 1 fields where 2 are wanted";
        QTest::newRow("below the header") << QByteArray("a,b\n1\n") << "line 2: 1 fields";
        QTest::newRow("no number") << QByteArray("a,b\n1,2\n\n3,x\n") << "line 4: \"x\" in column \"b\"";
        QTest::newRow("an empty field") << QByteArray("1,2\n3,\n") << "line 2: \"\" in column 2";
        QTest::newRow("not finite") << QByteArray("1,2\n3,nan\n") << "line 2: \"nan\"";
        QTest::newRow("too large") << QByteArray("1,2\n3,1e99\n") << "line 2: \"1e99\"";
        QTest::newRow("behind lines in quotes") << QByteArray("a,w\n1,\"x\ny\"\nz,w\n") << "line 4: \"z\"";
        QTest::newRow("an open quote") << QByteArray("a,b\n1,\"2\n") << "line 2: a quoted field does not end";
        QTest::newRow("nothing") << QByteArray("\r\n\n") << "empty";
        QTest::newRow("a header alone") << QByteArray("a,b\n") << "no rows";
        QTest::newRow("text alone") << QByteArray("x,y\nu,v\n") << "no column of numbers";
    }
    void badRowsAreNamedByLine()
    {
        QFETCH(QByteArray, text);
        QFETCH(QString, problem);
        std::string found;
        QVERIFY(!parseCsv(text.toStdString(), {}, &found));
        QVERIFY2(QString::fromStdString(found).contains(problem), found.c_str());
    }

    // Files as numpy.save writes them, their bytes put together by hand.
    void everyTypeOfNumberIsRead_data()
    {
        QTest::addColumn<QString>("descr");
        QTest::addColumn<QByteArray>("data");
        const auto row = [](const char* descr, const std::string& data) {
            QTest::newRow(descr) << QString(descr) << QByteArray::fromStdString(data);
        };
        using namespace std::string_literals;
        row("|b1", "\1\0"s);
        row("|i1", "\1\0"s);
        row("|u1", "\1\0"s);
        row("<i2", "\1\0\0\0"s);
        row(">i2", "\0\1\0\0"s);
        row("<u4", "\1\0\0\0\0\0\0\0"s);
        row(">i8", "\0\0\0\0\0\0\0\1\0\0\0\0\0\0\0\0"s);
        row("<f2", "\x00\x3C\0\0"s);
        row(">f2", "\x3C\x00\0\0"s);
        row("<f4", "\0\0\x80\x3F\0\0\0\0"s);
        row(">f8", "\x3F\xF0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"s);
    }
    void everyTypeOfNumberIsRead()
    {
        QFETCH(QString, descr);
        QFETCH(QByteArray, data);
        const auto tensor = decodeNpy(npyFile(descr.toStdString(), "(2,)", data.toStdString()));
        QVERIFY(tensor);
        QCOMPARE(toFloats(*tensor), (std::vector<float>{1, 0}));
    }

    void columnsFirstBecomesRowsFirst()
    {
        const std::string data = "\1\2\3\4\5\6";
        QCOMPARE(toFloats(*decodeNpy(npyFile("|u1", "(2, 3)", data))), (std::vector<float>{1, 2, 3, 4, 5, 6}));
        QCOMPARE(toFloats(*decodeNpy(npyFile("|u1", "(2, 3)", data, true))), (std::vector<float>{1, 3, 5, 2, 4, 6}));
        QCOMPARE(toFloats(*decodeNpy(npyFile("|u1", "(1, 2, 3)", data, true))), (std::vector<float>{1, 3, 5, 2, 4, 6}));
    }

    void textsAreRead()
    {
        using namespace std::string_literals;
        QCOMPARE(decodeNpy(npyFile("|S3", "(2,)", "cat\0\0\0"s))->strings(), (std::vector<std::string>{"cat", ""}));
        const auto wide = "\x4B\x6D\0\0b\0\0\0"s + std::string(8, '\0');
        QCOMPARE(decodeNpy(npyFile("<U2", "(2,)", wide))->strings(), (std::vector<std::string>{"\xE6\xB5\x8B"
                                                                                               "b",
                                                                                               ""}));
        const auto turned = "\0\0\x6D\x4B\0\0\0b"s;
        QCOMPARE(decodeNpy(npyFile(">U2", "(1,)", turned))->strings(), (std::vector<std::string>{"\xE6\xB5\x8B"
                                                                                                 "b"}));
    }

    void hostileHeadersAreRefused_data()
    {
        QTest::addColumn<QByteArray>("file");
        QTest::addColumn<QString>("problem");
        const auto row = [](const char* name, const std::string& file, const char* problem) {
            QTest::newRow(name) << QByteArray::fromStdString(file) << problem;
        };
        row("nothing", "", "does not begin");
        row("version", std::string("\x93NUMPY\x09\x00\x10\x00", 10) + std::string(40, ' '), "version 9");
        row("header cut", npyFile("<f4", "(1,)", "").substr(0, 20), "header ends early");
        row("data cut", npyFile("<f4", "(3,)", "12345678"), "shorter than its shape [3]");
        row("a huge extent", npyFile("<f4", "(99999999999999999999,)", ""), "not whole numbers");
        row("too many elements", npyFile("|u1", "(1099511627776, 1099511627776)", ""), "more elements");
        row("a petabyte", npyFile("<f8", "(1099511627776,)", ""), "shorter than");
        row("negative", npyFile("<f4", "(-1,)", ""), "not whole numbers");
        row("open shape", npyFile("<f4", "(1, 2", ""), "shape");
        row("axes",
            npyFile(
                "|u1",
                "(" +
                    [] {
                        std::string ones;
                        for (int i = 0; i < 40; ++i)
                            ones += "1,";
                        return ones;
                    }() +
                    ")",
                "1"),
            "32 axes");
        row("objects", npyFile("|O", "(1,)", "x"), "neither a number nor text");
        row("complex", npyFile("<c8", "(1,)", "12345678"), "neither a number nor text");
        row("empty texts", npyFile("<U0", "(1099511627776,)", ""), "texts are empty");
    }
    void hostileHeadersAreRefused()
    {
        QFETCH(QByteArray, file);
        QFETCH(QString, problem);
        std::string found;
        QVERIFY(!decodeNpy(file.toStdString(), &found));
        QVERIFY2(QString::fromStdString(found).contains(problem), found.c_str());
    }

    void anArchiveGivesItsArraysByName()
    {
        const auto path = m_temporary->path() / "a.npz";
        writeNpz(path, {{"y", npyOf({2}, std::vector<std::int64_t>{4, 5})}, {"x", npyOf({2, 2}, std::vector<float>{1, 2, 3, 4})}});
        const NpzFile file(path);
        QCOMPARE(file.names(), (std::vector<std::string>{"x", "y"}));
        QCOMPARE(file.header("x").shape, (Dimensions{2, 2}));
        QCOMPARE(toFloats(file.read("x")), (std::vector<float>{1, 2, 3, 4}));
        QCOMPARE(toInt64s(file.read("y")), (std::vector<std::int64_t>{4, 5}));
    }

    void aDamagedArchiveIsRefusedWithItsName()
    {
        const auto path = m_temporary->path() / "a.npz";
        const auto reasonOf = [&](auto action) -> std::string {
            try {
                action();
            } catch (const Error& error) {
                return error.code() == MessageCode::FileUnreadable ? error.message().arguments.at("reason") : "another code";
            }
            return "nothing was thrown";
        };
        writeBytes(path, "no archive");
        QVERIFY(reasonOf([&] { NpzFile file(path); }).find("zip archive") != std::string::npos);
        writeNpz(path, {{"x", npyFile("<f4", "(5,)", "1234")}});
        QVERIFY(reasonOf([&] { NpzFile(path).read("x"); }).find("array x: it is shorter") != std::string::npos);
        // A byte of the stored array changed: its checksum tells.
        writeNpz(path, {{"x", npyOf({64}, std::vector<float>(64, 1.5f))}});
        auto bytes = readFile(path);
        const auto place = bytes.find("\xC0\x3F");
        QVERIFY(place != bytes.npos);
        bytes[place + 100] ^= 0x10;
        writeBytes(path, bytes);
        QVERIFY(reasonOf([&] { NpzFile(path).read("x"); }).find("damaged") != std::string::npos);
    }
};

QTEST_APPLESS_MAIN(TestNumberFiles)
#include "test_number_files.moc"
