// SPDX-License-Identifier: GPL-3.0-or-later
#include "pages/train_page.h"

#include "models/build_text.h"
#include "models/metric_text.h"
#include "pages/training_extras.h"
#include "plots/training_curves.h"
#include "project/step_kinds.h"
#include "theme/figures.h"
#include "theme/theme.h"
#include "ui/form.h"

#include <QCheckBox>
#include <QClipboard>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QFormLayout>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QLineEdit>
#include <QLocale>
#include <QScrollArea>
#include <QSpinBox>
#include <QVBoxLayout>

namespace hone::studio
{

TrainPage::TrainPage(Workspace& workspace, QWidget* parent)
    : Page(tr("Train"), workspace, parent),
      m_train(button(tr("Fine-tune"), "primary")),
      m_copyCommand(button(tr("Copy as command")))
{
    header()->addWidget(m_copyCommand);
    header()->addWidget(m_train);
    describe(m_train, tr("Trains the selected build further on the project's data (Ctrl+Return)"));
    auto* row = new QHBoxLayout;
    row->setSpacing(space::card + 2);
    row->addWidget(makeSettings());
    row->addWidget(makeCurves(), 1);
    body()->addLayout(row, 1);

    auto* empty = new EmptyState(QStringLiteral("train"), tr("Trains a model further on your own pictures."), tr("Add a model…"));
    setEmptyState(empty);
    connect(empty->action(), &QPushButton::clicked, this, &Page::importWanted);
    connect(m_train, &QPushButton::clicked, this, [this] {
        const Build* build = this->workspace().selected();
        if (!build)
            return;
        const StepParameters step = parameters();
        this->workspace().runStep(text(build->id), step, stepTitle(step, labelText(*build)));
    });
    connect(m_copyCommand, &QPushButton::clicked, this, [this] {
        if (const Build* build = this->workspace().selected())
            QGuiApplication::clipboard()->setText(commandText(*this->workspace().snapshot(), *build, parameters()));
    });
    connect(&workspace, &Workspace::selectionChanged, this, &TrainPage::refresh);
    connect(&workspace, &Workspace::trainingChanged, this, &TrainPage::refreshCurves);
    refresh();
}

QWidget* TrainPage::makeSettings()
{
    auto* frame = card();
    frame->setFixedWidth(280);
    auto* column = new QVBoxLayout(frame);
    column->setContentsMargins(16, 14, 16, 14);
    column->setSpacing(space::card);
    column->addWidget(label(sectionText(tr("Settings")), "section"));
    auto* basics = new QWidget;
    auto* form = makeForm(basics);
    m_epochs = spin(1, 1000, 10);
    m_batch = spin(1, 4096, 64);
    m_optimizer = new QComboBox;
    m_optimizer->addItems({QStringLiteral("SGD"), QStringLiteral("AdamW")});
    m_rate = decimal(10, 5, 0);
    m_rate->setSingleStep(0.001);
    m_rate->setSpecialValueText(tr("usual"));
    m_schedule = new QComboBox;
    m_schedule->addItems({tr("constant"), tr("cosine"), tr("steps"), tr("one cycle")});
    m_schedule->setCurrentIndex(1);
    m_head = new QComboBox;
    m_head->addItems({tr("as needed"), tr("keep"), tr("new one")});
    addRow(form, tr("Epochs"), m_epochs, tr("Times that every training picture is seen"));
    addRow(form, tr("Learning rate"), m_rate, tr("Usual: 0.01 for SGD, 0.001 for AdamW"));
    addRow(form, tr("Schedule"), m_schedule, tr("How the learning rate falls"));
    addRow(form, tr("Head"), m_head, tr("The last layer: a new one is needed where the classes differ"));
    column->addWidget(basics);

    m_more = button(tr("More"), "link");
    m_more->setCheckable(true);
    column->addWidget(m_more, 0, Qt::AlignLeft);
    auto* allMore = new QWidget;
    auto* moreColumn = new QVBoxLayout(allMore);
    moreColumn->setContentsMargins(0, 0, space::unit, 0);
    moreColumn->setSpacing(space::unit);
    auto* usual = new QWidget;
    auto* more = makeForm(usual);
    m_extras = new TrainingExtras;
    moreColumn->addWidget(usual);
    moreColumn->addWidget(m_extras);
    moreColumn->addStretch(1);
    auto* scroll = new QScrollArea;
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setWidgetResizable(true);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    scroll->setWidget(allMore);
    m_moreSettings = scroll;
    m_flip = new QCheckBox(tr("at random"));
    m_crop = spin(0, 64, 0);
    m_crop->setSuffix(QStringLiteral(" px"));
    m_crop->setSpecialValueText(tr("off"));
    m_decay = decimal(1, 5, 5e-4);
    m_smoothing = decimal(0.9, 2, 0);
    m_smoothing->setSingleStep(0.05);
    m_patience = spin(0, 1000, 0);
    m_patience->setSpecialValueText(tr("to the end"));
    m_seed = spin(0, 1000000, 0);
    m_freeze = new QLineEdit;
    m_freeze->setPlaceholderText(QStringLiteral("stage1*, conv1"));
    addRow(more, tr("Optimizer"), m_optimizer);
    addRow(more, tr("Batch"), m_batch, tr("Pictures a step"));
    addRow(more, tr("Mirror"), m_flip, tr("Half of the pictures, left to right"));
    addRow(more, tr("Shift"), m_crop, tr("Pictures move by up to so many pixels"));
    addRow(more, tr("Weight decay"), m_decay);
    addRow(more, tr("Label smoothing"), m_smoothing);
    addRow(more, tr("Patience"), m_patience, tr("Epochs without a better accuracy before it stops"));
    addRow(more, tr("Seed"), m_seed, tr("The same seed gives the same build again"));
    addRow(more, tr("Frozen layers"), m_freeze, tr("Names that stay as they are, with commas between; * matches anything"));
    m_moreSettings->hide();
    column->addWidget(m_moreSettings, 1000);
    column->addStretch(1);
    connect(m_more, &QPushButton::toggled, this, [this](bool on) {
        m_moreSettings->setVisible(on);
        m_more->setText(on ? tr("Less") : tr("More"));
    });
    return frame;
}

QWidget* TrainPage::makeCurves()
{
    auto* frame = card();
    auto* column = new QVBoxLayout(frame);
    column->setContentsMargins(16, 14, 16, 14);
    column->setSpacing(space::unit);
    auto* head = new QHBoxLayout;
    m_curvesTitle = label({}, "heading");
    m_curvesNote = label({}, "muted");
    auto* copy = button(tr("Copy picture"), "link");
    m_curvesTitle->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    head->addWidget(m_curvesTitle, 1);
    head->addWidget(copy);
    column->addLayout(head);
    column->addWidget(m_curvesNote);
    m_curves = new TrainingCurves;
    m_curves->setMinimumHeight(260);
    column->addWidget(m_curves, 1);
    m_noCurves = label(tr("Curves appear here while it trains: press Fine-tune."), "muted");
    m_noCurves->setAlignment(Qt::AlignCenter);
    m_noCurves->setWordWrap(true);
    column->addWidget(m_noCurves, 1);
    auto* holder = new QWidget;
    auto* layout = new QVBoxLayout(holder);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(space::card + 2);
    m_figures = new FigureStrip;
    layout->addWidget(m_figures);
    layout->addWidget(frame, 1);
    connect(copy, &QPushButton::clicked, this, [this] { QGuiApplication::clipboard()->setPixmap(m_curves->picture()); });
    return holder;
}

FinetuneParameters TrainPage::parameters() const
{
    FinetuneParameters parameters;
    TrainOptions& train = parameters.train;
    train.epochs = m_epochs->value();
    train.batch = m_batch->value();
    train.learningRate = m_rate->value();
    train.optimizer = m_optimizer->currentIndex() == 1 ? Optimizer::AdamW : Optimizer::Sgd;
    train.schedule = static_cast<Schedule>(m_schedule->currentIndex());
    train.head = static_cast<HeadPolicy>(m_head->currentIndex());
    train.augmentation.flip = m_flip->isChecked();
    train.augmentation.shiftedCrop = m_crop->value();
    train.weightDecay = m_decay->value();
    train.labelSmoothing = m_smoothing->value();
    train.patience = m_patience->value();
    train.seed = static_cast<std::uint64_t>(m_seed->value());
    m_extras->applyTo(train);
    for (const QString& name : m_freeze->text().split(QLatin1Char(','), Qt::SkipEmptyParts))
        train.freeze.push_back(name.trimmed().toStdString());
    return parameters;
}

void TrainPage::refresh()
{
    const Build* build = workspace().selected();
    showEmpty(!build);
    m_train->setVisible(build);
    m_copyCommand->setVisible(build);
    setSubtitle(build ? tr("from %1").arg(labelText(*build)) : QString());
    if (build) {
        if (isOnIntegers(build->parameters))
            allow(m_train, tr("A quantized build can't be trained; select the build that it was made from."));
        else if (!workspace().snapshot()->dataset)
            allow(m_train, tr("Training needs data: choose some on the Data page."));
        else
            allow(m_train, {});
    }
    refreshCurves();
}

void TrainPage::refreshCurves()
{
    const auto& live = workspace().training();
    if (live && live->job == m_liveJob && live->epochs.size() == m_liveEpochs + 1) {
        m_curves->addEpoch(live->epochs.back());
    } else if (live) {
        m_curves->setEpochs(live->epochs, live->plannedEpochs);
    }
    m_liveJob = live ? live->job : 0;
    m_liveEpochs = live ? live->epochs.size() : 0;

    const Build* build = workspace().selected();
    const std::vector<EpochResult> none;
    const std::vector<EpochResult>& epochs = live ? live->epochs : build ? build->curves : none;
    if (!live)
        m_curves->setEpochs(epochs);
    m_curvesTitle->setText(live ? live->label : build ? labelText(*build) : QString());
    m_curvesNote->setText(live ? tr("running") : epochs.empty() ? tr("was not trained in this project") : QString());
    m_curvesNote->setVisible(!m_curvesNote->text().isEmpty());
    const bool nothing = !live && epochs.empty();
    m_curves->setVisible(!nothing);
    m_noCurves->setVisible(nothing);
    const auto metricOfEpoch = [](const EpochResult& epoch) {
        return epoch.validation.value_or(TaskMetric{MetricKind::Top1, epoch.validationTop1, epoch.validationTop1, epoch.validationTop1});
    };
    const auto measured = build ? metricOf(build->evaluation) : std::nullopt;
    const MetricKind kind = !epochs.empty() ? metricOfEpoch(epochs.front()).kind : measured ? measured->kind : MetricKind::Top1;
    const QString metricTitle = tr("%1, validation").arg(metricWords(kind).title);
    m_curves->setValidationAxis({metricWords(kind).axis, [kind](double shown) {
                                     const double value = shown / inUnit(kind, 1);
                                     return metricText({kind, value, value, value});
                                 }});
    if (epochs.empty()) {
        m_figures->setFigures({{tr("Best epoch"), QStringLiteral("–"), {}},
                               {metricTitle, QStringLiteral("–"), {}},
                               {tr("Training loss"), QStringLiteral("–"), {}},
                               {tr("Pictures a second"), QStringLiteral("–"), {}}});
        return;
    }
    const auto best = std::max_element(epochs.begin(), epochs.end(), [&](const EpochResult& a, const EpochResult& b) {
        return isBetter(metricOfEpoch(b), metricOfEpoch(a));
    });
    const EpochResult& last = epochs.back();
    m_figures->setFigures(
        {{tr("Best epoch"), QString::number(best->epoch), tr("of %1").arg(live ? live->plannedEpochs : static_cast<int>(epochs.size()))},
         {metricTitle, metricText(metricOfEpoch(*best)), tr("in training")},
         {tr("Training loss"), threeDigits(last.trainLoss), tr("last epoch")},
         {tr("Pictures a second"), QLocale().toString(last.samplesPerSecond, 'f', 0), tr("last epoch")}});
}

} // namespace hone::studio
