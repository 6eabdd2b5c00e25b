// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/quantize_card.h"

#include "models/build_text.h"
#include "models/quantization_facts.h"
#include "theme/theme.h"
#include "ui/form.h"
#include "ui/parts.h"

#include <QClipboard>
#include <QComboBox>
#include <QFormLayout>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QScreen>
#include <QSpinBox>
#include <QVBoxLayout>

#include <algorithm>

namespace hone::studio
{

namespace
{

constexpr int popupWidth = 340;

// Each of these can be had without the others on the command line; here they come as they go well together.
enum Repair
{
    None,
    Biases,
    EqualizedBiases,
    Rounding,
    EqualizedRounding
};

void applyRepair(Repair repair, QuantizeOptions& options)
{
    options.biasCorrection = repair != None;
    options.equalize = repair == EqualizedBiases || repair == EqualizedRounding;
    options.adaptiveRounding = repair == Rounding || repair == EqualizedRounding;
}

std::vector<int> bitsOf(QuantizeWay way)
{
    switch (way) {
    case QuantizeWay::Dynamic: return {8};
    case QuantizeWay::Weights: return {8, 4};
    case QuantizeWay::Half: return {16};
    case QuantizeWay::Static:
    case QuantizeWay::Trained: break;
    }
    return {8, 7, 6, 5, 4, 3, 2};
}

QuantizeMethod methodOf(QuantizeWay way)
{
    switch (way) {
    case QuantizeWay::Dynamic: return QuantizeMethod::Dynamic;
    case QuantizeWay::Weights: return QuantizeMethod::Weights;
    case QuantizeWay::Half: return QuantizeMethod::Half;
    case QuantizeWay::Static:
    case QuantizeWay::Trained: break;
    }
    return QuantizeMethod::Static;
}

QHBoxLayout* rowIn(QWidget* part)
{
    auto* row = new QHBoxLayout(part);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(space::unit);
    return row;
}

} // namespace

QuantizeCard::QuantizeCard(Workspace& workspace, QWidget* parent)
    : QFrame(parent),
      m_workspace(workspace),
      m_way(new QComboBox),
      m_bits(new QComboBox),
      m_repairPart(new QWidget),
      m_repair(new QComboBox),
      m_trainPart(new QWidget),
      m_epochs(spin(1, 1000, QatOptions{}.train.epochs)),
      m_distill(spin(0, 100, 90)),
      m_summary(label({}, "muted")),
      m_more(button(tr("More…"), "link")),
      m_copyCommand(button(tr("Copy as command"), "link")),
      m_quantize(button(tr("Quantize"))),
      m_popup(new QFrame(this, Qt::Popup)),
      m_extras(new QuantizeExtras)
{
    setRole(this, QStringLiteral("card"));
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(space::card, space::unit, space::card, space::unit);
    column->setSpacing(space::unit);
    makeRepairs();
    makeTraining();
    makePopup();
    column->addLayout(makeChoices());
    column->addLayout(makeFoot());
    connect(m_way, &QComboBox::currentIndexChanged, this, &QuantizeCard::takeWay);
    connect(m_extras, &QuantizeExtras::changed, this, &QuantizeCard::refresh);
    connect(m_more, &QPushButton::clicked, this, &QuantizeCard::openPopup);
    connect(m_quantize, &QPushButton::clicked, this, [this] {
        if (const Build* build = m_workspace.selected()) {
            const StepParameters parameters = step();
            m_workspace.runStep(text(build->id), parameters, stepTitle(parameters, labelText(*build)));
        }
    });
    connect(m_copyCommand, &QPushButton::clicked, this, [this] {
        if (const Build* build = m_workspace.selected())
            QGuiApplication::clipboard()->setText(commandText(*m_workspace.snapshot(), *build, step()));
    });
    connect(&workspace, &Workspace::selectionChanged, this, &QuantizeCard::refresh);
    connect(&workspace, &Workspace::snapshotChanged, this, &QuantizeCard::refresh);
    takeWay();
}

void QuantizeCard::makeRepairs()
{
    auto* row = rowIn(m_repairPart);
    m_repair->addItems({tr("none"), tr("biases"), tr("biases, equalized"), QStringLiteral("AdaRound"), tr("AdaRound, equalized")});
    m_repair->setCurrentIndex(Biases);
    m_repair->setMinimumContentsLength(8);
    m_repair->setAccessibleName(tr("Repair"));
    describe(m_repair, tr("Biases get each layer's mean right again. AdaRound, which takes longer, rounds every weight so that its layer's "
                          "output changes least: for few bits. Equalized channels use their range alike. What each gains is measured."));
    row->addWidget(label(tr("Repair"), "muted"));
    row->addWidget(m_repair);
}

void QuantizeCard::makeTraining()
{
    auto* row = rowIn(m_trainPart);
    m_epochs->setFixedWidth(56);
    m_epochs->setAccessibleName(tr("Epochs of training on the grid"));
    row->addWidget(label(tr("epochs"), "muted"));
    row->addWidget(m_epochs);
}

void QuantizeCard::makePopup()
{
    setRole(m_popup, QStringLiteral("popup"));
    m_popup->setAccessibleName(tr("More settings for quantizing"));
    auto* inside = new QVBoxLayout(m_popup);
    inside->setContentsMargins(space::card, space::card, space::card, space::card);
    inside->setSpacing(space::unit);
    inside->addWidget(m_extras);
    auto* training = new QWidget;
    m_distill->setSuffix(QStringLiteral(" %"));
    m_distill->setSpecialValueText(tr("off"));
    addRow(makeForm(training), tr("Distilled"), m_distill, tr("Share of the float model's answers in what is learnt, beside the labels"));
    inside->addWidget(training);
    m_popup->setFixedWidth(popupWidth);
}

QHBoxLayout* QuantizeCard::makeChoices()
{
    auto* row = new QHBoxLayout;
    row->setSpacing(space::unit);
    const auto add = [this](const QString& name, QuantizeWay way) { m_way->addItem(name, static_cast<int>(way)); };
    add(tr("INT8, calibrated"), QuantizeWay::Static);
    add(tr("INT8, trained (QAT)"), QuantizeWay::Trained);
    add(tr("INT8, dynamic"), QuantizeWay::Dynamic);
    add(tr("weights only"), QuantizeWay::Weights);
    add(tr("FP16"), QuantizeWay::Half);
    m_way->setMinimumContentsLength(14);
    m_way->setAccessibleName(tr("How it is quantized"));
    describe(m_way, tr("Calibrated is fastest where it runs, on ranges from your data. Training takes longest and loses least with few "
                       "bits. Dynamic suits models made of matrix products. Weights only and FP16 make the file smaller"));
    m_bits->setMinimumContentsLength(12);
    m_bits->setAccessibleName(tr("Bits of a weight"));
    row->addWidget(label(tr("Quantize"), "muted"));
    row->addWidget(m_way);
    row->addWidget(m_bits);
    row->addWidget(m_repairPart);
    row->addWidget(m_trainPart);
    row->addStretch(1);
    return row;
}

QHBoxLayout* QuantizeCard::makeFoot()
{
    auto* row = new QHBoxLayout;
    row->setSpacing(space::unit);
    m_summary->setWordWrap(true);
    m_more->setAccessibleName(tr("More settings for quantizing"));
    describe(m_copyCommand, tr("The command line that quantizes the same way"));
    row->addWidget(m_summary, 1);
    row->addWidget(m_more);
    row->addWidget(m_copyCommand);
    row->addWidget(m_quantize);
    return row;
}

void QuantizeCard::openPopup()
{
    m_popup->adjustSize();
    QPoint place = m_more->mapToGlobal(QPoint(m_more->width() - m_popup->width(), m_more->height() + space::half));
    if (const QScreen* screen = m_more->screen()) {
        const QRect room = screen->availableGeometry();
        place.setX(std::clamp(place.x(), room.left(), std::max(room.left(), room.right() - m_popup->width())));
        place.setY(std::clamp(place.y(), room.top(), std::max(room.top(), room.bottom() - m_popup->height())));
    }
    m_popup->move(place);
    m_popup->show();
    const auto fields = m_popup->findChildren<QWidget*>();
    const auto first =
        std::ranges::find_if(fields, [](const QWidget* field) { return field->focusPolicy() != Qt::NoFocus && field->isEnabled(); });
    if (first != fields.end())
        (*first)->setFocus(Qt::PopupFocusReason);
}

QuantizeWay QuantizeCard::way() const
{
    return static_cast<QuantizeWay>(m_way->currentData().toInt());
}

void QuantizeCard::takeWay()
{
    const int chosen = m_bits->currentData().toInt();
    m_bits->clear();
    for (const int bits : bitsOf(way()))
        m_bits->addItem(tr("%1-bit weights").arg(bits), bits);
    m_bits->setCurrentIndex(std::max(0, m_bits->findData(chosen)));
    allow(m_bits, m_bits->count() > 1 ? QString() : tr("There is no other this way."));
    m_repairPart->setVisible(way() == QuantizeWay::Static);
    m_trainPart->setVisible(way() == QuantizeWay::Trained);
    allow(m_distill, way() == QuantizeWay::Trained ? QString() : tr("Nothing is trained this way."));
    m_quantize->setText(way() == QuantizeWay::Trained ? tr("Train quantized") : tr("Quantize"));
    describe(m_quantize, way() == QuantizeWay::Trained
                             ? tr("Trains the selected build on the grid that it will compute on, and measures it")
                             : tr("Makes a quantized build from the selected one, and measures it"));
    m_extras->setWay(way());
    refresh();
}

StepParameters QuantizeCard::step() const
{
    QuantizeOptions options;
    options.method = methodOf(way());
    if (way() != QuantizeWay::Half)
        options.bitsWeights = m_bits->currentData().toInt();
    m_extras->applyTo(options);
    if (way() == QuantizeWay::Trained) {
        QatParameters trained;
        trained.qat.quantize = options;
        trained.qat.train.epochs = m_epochs->value();
        trained.qat.train.learningRate = m_extras->learningRate();
        trained.distill = m_distill->value() / 100.0;
        return trained;
    }
    if (way() == QuantizeWay::Static)
        applyRepair(static_cast<Repair>(m_repair->currentIndex()), options);
    return QuantizeParameters{options};
}

QString QuantizeCard::whyNot() const
{
    const Build* build = m_workspace.selected();
    const SnapshotPtr& snapshot = m_workspace.snapshot();
    if (build && isQuantizing(build->parameters))
        return tr("This build is quantized already; select the one that it was made from.");
    if (snapshot && snapshot->dataset)
        return {};
    if (way() == QuantizeWay::Trained)
        return tr("Training needs data: choose some on the Data page.");
    return needsData(step()) ? tr("Finding value ranges needs data: choose some on the Data page.") : QString();
}

void QuantizeCard::refresh()
{
    const QString why = whyNot();
    allow(m_quantize, why);
    m_summary->setText(why.isEmpty() ? m_extras->summary() : why);
    m_copyCommand->setVisible(m_workspace.selected());
}

} // namespace hone::studio
