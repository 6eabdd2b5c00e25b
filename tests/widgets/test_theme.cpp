// SPDX-License-Identifier: GPL-3.0-or-later
#include "theme/figures.h"
#include "theme/icons.h"
#include "theme/theme.h"

#include <QApplication>
#include <QLocale>
#include <QTest>

using namespace hone::studio;

class TestTheme : public QObject
{
    Q_OBJECT
private slots:
    void initTestCase()
    {
        QLocale::setDefault(QLocale(QLocale::English, QLocale::UnitedStates));
        applyTheme(*qApp, ThemeChoice::Light);
    }

    void textKeepsWcagAaOnEveryGroundItIsUsedOn_data()
    {
        QTest::addColumn<bool>("dark");
        QTest::newRow("light") << false;
        QTest::newRow("dark") << true;
    }
    void textKeepsWcagAaOnEveryGroundItIsUsedOn()
    {
        QFETCH(bool, dark);
        const Palette& p = dark ? Palette::night() : Palette::light();
        for (const QColor& ground : {p.surface, p.page, p.rail, p.rowSelected, p.accentSoft}) {
            QVERIFY2(contrast(p.text, ground) >= 4.5, qPrintable(ground.name()));
            QVERIFY2(contrast(p.muted, ground) >= 4.5, qPrintable(ground.name()));
        }
        for (const QColor& ground : {p.surface, p.page, p.rowSelected}) {
            QVERIFY2(contrast(p.better, ground) >= 4.5, qPrintable(ground.name()));
            QVERIFY2(contrast(p.worse, ground) >= 4.5, qPrintable(ground.name()));
        }
        QVERIFY(contrast(p.onAccent, p.accent) >= 4.5);
        QVERIFY(contrast(p.accent, p.accentSoft) >= 4.5);
        for (const int bits : {4, 8, 16, 32})
            QVERIFY2(contrast(p.bitsText(bits), p.bitsGround(bits)) >= 4.5, qPrintable(QString::number(bits)));
    }

    // WCAG 2.1's own extremes.
    void contrastOfBlackOnWhiteIsTwentyOne()
    {
        QVERIFY(std::abs(contrast(Qt::black, Qt::white) - 21) < 1e-3);
        QVERIFY(std::abs(contrast(Qt::red, Qt::red) - 1) < 1e-9);
    }

    void theStyleSheetHasNoTokenLeft()
    {
        const QString sheet = styleSheet(Palette::light());
        QVERIFY(!sheet.isEmpty());
        QVERIFY2(!sheet.section(QStringLiteral("*/"), 1).contains(QLatin1Char('@')), "an unknown @token");
    }

    void theWidgetsPaletteTellsTheTheme()
    {
        QWidget widget;
        QVERIFY(!Palette::of(&widget).dark);
        applyTheme(*qApp, ThemeChoice::Dark);
        QVERIFY(Palette::of(&widget).dark);
        applyTheme(*qApp, ThemeChoice::Light);
    }

    void iconsTakeTheColourTheyAreGiven()
    {
        const QPixmap pixmap = iconPixmap(QStringLiteral("slim"), Qt::red, 20, 1);
        QVERIFY(!pixmap.isNull());
        const QImage image = pixmap.toImage();
        bool red = false;
        for (int y = 0; y < image.height(); ++y)
            for (int x = 0; x < image.width(); ++x)
                red = red ||
                      (image.pixelColor(x, y).alpha() > 150 && image.pixelColor(x, y).red() > 200 && image.pixelColor(x, y).green() < 50);
        QVERIFY(red);
        QVERIFY(iconPixmap(QStringLiteral("no such icon"), Qt::red, 20, 1).isNull());
    }

    void figuresHaveThreeSignificantDigits()
    {
        QCOMPARE(threeDigits(1112), QStringLiteral("1,112"));
        QCOMPARE(threeDigits(147.3), QStringLiteral("147"));
        QCOMPARE(threeDigits(18.44), QStringLiteral("18.4"));
        QCOMPARE(threeDigits(1.234), QStringLiteral("1.23"));
        QCOMPARE(threeDigits(0.0912), QStringLiteral("0.091"));
        QCOMPARE(threeDigits(0), QStringLiteral("0"));
        QCOMPARE(kilobytes(147'300), QStringLiteral("147 kB"));
        QCOMPARE(percent(0.9144), QStringLiteral("91.4 %"));
    }

    void estimatesAreMarked()
    {
        QCOMPARE(kilobytes(147'300, Certainty::Estimated), QStringLiteral("~147 kB"));
        QCOMPARE(percent(0.912, Certainty::Estimated), QStringLiteral("~91.2 %"));
    }

    void changesCarryATrueMinus()
    {
        QCOMPARE(relativeChange(100, 62), QStringLiteral("\u221238 %"));
        QCOMPARE(relativeChange(100, 104), QStringLiteral("+4 %"));
        QCOMPARE(relativeChange(100, 100), QStringLiteral("±0 %"));
        QCOMPARE(relativeChange(0, 5), QString());
        QCOMPARE(pointsChange(0.915, 0.912), QStringLiteral("\u22120.3"));
    }

    void durationsReadAsPeopleSayThem()
    {
        QCOMPARE(duration(12), QStringLiteral("12 s"));
        QCOMPARE(duration(100), QStringLiteral("1 min 40 s"));
        QCOMPARE(duration(7500), QStringLiteral("2 h 5 min"));
    }
};

QTEST_MAIN(TestTheme)
#include "test_theme.moc"
