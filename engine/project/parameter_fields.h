// SPDX-License-Identifier: GPL-3.0-or-later
// One description of every step parameter: recipe key, command-line flag, range and meaning. JSON, recipes, the command line and its
// help are all made by visiting it, so that they can't disagree.
#pragma once

#include "project/explain_step.h"
#include "project/step.h"
#include "prune/sensitivity.h"

#include <array>
#include <limits>
#include <string_view>
#include <utility>

namespace hone
{

struct Field
{
    const char* key;  // in recipes and build.json
    const char* flag; // on the command line
    const char* help;
    double lowest = -std::numeric_limits<double>::infinity();
    double highest = std::numeric_limits<double>::infinity();
    bool addedLater = false;     // left out of a build's identity where it has its default, so that older builds keep theirs
    bool isOnOff = false;        // a truth value that the command line takes as "on" or "off"
    const char* alone = nullptr; // what the flag without a value stands for; none: it needs one
};

template<class Enum>
using EnumName = std::pair<Enum, std::string_view>;

// The names of an enum's values in recipes and on the command line.
constexpr auto namesOf(Optimizer)
{
    return std::array{EnumName<Optimizer>{Optimizer::Sgd, "sgd"}, EnumName<Optimizer>{Optimizer::AdamW, "adamw"}};
}
constexpr auto namesOf(Schedule)
{
    return std::array{EnumName<Schedule>{Schedule::Constant, "constant"}, EnumName<Schedule>{Schedule::Cosine, "cosine"},
                      EnumName<Schedule>{Schedule::Step, "step"}, EnumName<Schedule>{Schedule::OneCycle, "one-cycle"}};
}
constexpr auto namesOf(Precision)
{
    return std::array{EnumName<Precision>{Precision::Float32, "float32"}, EnumName<Precision>{Precision::Bf16, "bf16"}};
}
constexpr auto namesOf(TrainingDevice)
{
    return std::array{EnumName<TrainingDevice>{TrainingDevice::Cpu, "cpu"}, EnumName<TrainingDevice>{TrainingDevice::Cuda, "cuda"}};
}
constexpr auto namesOf(HeadPolicy)
{
    return std::array{EnumName<HeadPolicy>{HeadPolicy::Auto, "auto"}, EnumName<HeadPolicy>{HeadPolicy::Keep, "keep"},
                      EnumName<HeadPolicy>{HeadPolicy::Replace, "replace"}};
}
constexpr auto namesOf(ImportanceKind)
{
    using Name = EnumName<ImportanceKind>;
    return std::array{Name{ImportanceKind::Auto, "auto"},
                      Name{ImportanceKind::L1, "l1"},
                      Name{ImportanceKind::L2, "l2"},
                      Name{ImportanceKind::BnScale, "bn-scale"},
                      Name{ImportanceKind::Lamp, "lamp"},
                      Name{ImportanceKind::Fpgm, "fpgm"},
                      Name{ImportanceKind::Random, "random"},
                      Name{ImportanceKind::Taylor, "taylor"},
                      Name{ImportanceKind::Fisher, "fisher"},
                      Name{ImportanceKind::Apoz, "apoz"},
                      Name{ImportanceKind::MeanActivation, "mean-activation"},
                      Name{ImportanceKind::Reconstruction, "reconstruction"}};
}
constexpr auto namesOf(PruningScope)
{
    using Name = EnumName<PruningScope>;
    return std::array{Name{PruningScope::Uniform, "uniform"}, Name{PruningScope::Global, "global"},
                      Name{PruningScope::Isomorphic, "isomorphic"}, Name{PruningScope::Layer, "layer"},
                      Name{PruningScope::Sensitivity, "sensitivity"}};
}
constexpr auto namesOf(AttentionChannels)
{
    return std::array{EnumName<AttentionChannels>{AttentionChannels::Size, "size"},
                      EnumName<AttentionChannels>{AttentionChannels::Heads, "heads"}};
}
constexpr auto namesOf(WeightRange)
{
    using Name = EnumName<WeightRange>;
    return std::array{Name{WeightRange::Automatic, "auto"}, Name{WeightRange::Reduced, "on"}, Name{WeightRange::Full, "off"}};
}
// Those that a choice may be made on.
constexpr auto namesOf(Split)
{
    return std::array{EnumName<Split>{Split::Validation, "validation"}, EnumName<Split>{Split::Train, "train"}};
}
constexpr auto namesOf(Compensate)
{
    return std::array{EnumName<Compensate>{Compensate::Auto, "auto"}, EnumName<Compensate>{Compensate::On, "on"},
                      EnumName<Compensate>{Compensate::Off, "off"}};
}
constexpr auto namesOf(TeachingKind)
{
    return std::array{EnumName<TeachingKind>{TeachingKind::Soft, "soft"}, EnumName<TeachingKind>{TeachingKind::Feature, "feature"},
                      EnumName<TeachingKind>{TeachingKind::Attention, "attention"}};
}
constexpr auto namesOf(AnswerComparison)
{
    return std::array{
        EnumName<AnswerComparison>{AnswerComparison::Auto, "auto"}, EnumName<AnswerComparison>{AnswerComparison::Divergence, "divergence"},
        EnumName<AnswerComparison>{AnswerComparison::MeanSquared, "mse"}, EnumName<AnswerComparison>{AnswerComparison::Cosine, "cosine"}};
}
constexpr auto namesOf(Labels)
{
    return std::array{EnumName<Labels>{Labels::Learnt, "learnt"}, EnumName<Labels>{Labels::Ignored, "ignored"}};
}
constexpr auto namesOf(SparsityPattern)
{
    return std::array{
        EnumName<SparsityPattern>{SparsityPattern::Unstructured, "none"}, EnumName<SparsityPattern>{SparsityPattern::OneOfTwo, "1:2"},
        EnumName<SparsityPattern>{SparsityPattern::TwoOfFour, "2:4"}, EnumName<SparsityPattern>{SparsityPattern::OneOfFour, "1:4"},
        EnumName<SparsityPattern>{SparsityPattern::FourOfEight, "4:8"}};
}
constexpr auto namesOf(SparsityScope)
{
    return std::array{EnumName<SparsityScope>{SparsityScope::Global, "global"}, EnumName<SparsityScope>{SparsityScope::Layer, "layer"}};
}
constexpr auto namesOf(FromData)
{
    return std::array{EnumName<FromData>{FromData::Auto, "auto"}, EnumName<FromData>{FromData::On, "on"},
                      EnumName<FromData>{FromData::Off, "off"}};
}
inline auto namesOf(RangeMethod)
{
    using Name = EnumName<RangeMethod>;
    const auto named = [](RangeMethod method) { return Name{method, name(method)}; };
    return std::array{named(RangeMethod::MinMax), named(RangeMethod::MovingAverage), named(RangeMethod::Percentile),
                      named(RangeMethod::Entropy), named(RangeMethod::MeanSquared)};
}
inline auto namesOf(Scheme)
{
    using Name = EnumName<Scheme>;
    const auto named = [](Scheme scheme) { return Name{scheme, rulesOf(scheme).name}; };
    return std::array{named(Scheme::OnnxRuntime), named(Scheme::OnnxRuntimeSigned),
                      named(Scheme::OpenVino),    named(Scheme::TensorRt),
                      named(Scheme::Qnn),         named(Scheme::Stm32),
                      named(Scheme::TfLite)};
}
constexpr auto namesOf(QuantizeMethod)
{
    using Name = EnumName<QuantizeMethod>;
    return std::array{Name{QuantizeMethod::Static, "static"}, Name{QuantizeMethod::Dynamic, "dynamic"},
                      Name{QuantizeMethod::Weights, "weights"}, Name{QuantizeMethod::Half, "fp16"}};
}
constexpr auto namesOf(HigherPrecision)
{
    return std::array{EnumName<HigherPrecision>{HigherPrecision::Float, "float"},
                      EnumName<HigherPrecision>{HigherPrecision::SixteenBits, "16"}};
}
constexpr auto namesOf(ActivationType)
{
    return std::array{EnumName<ActivationType>{ActivationType::Unsigned, "unsigned"},
                      EnumName<ActivationType>{ActivationType::Signed, "signed"}};
}

// A visitor is called as visit(Field, value&) for every parameter, and as visit.group(key, function) around nested ones; the function
// takes the visitor to go on with.

template<class Visitor>
void visitFields(Visitor& visit, ImportParameters& p)
{
    visit(Field{"file", "FILE", "The ONNX file"}, p.file);
}

template<class Visitor>
void visitFields(Visitor& visit, NewParameters& p)
{
    auto& a = p.architecture;
    visit(Field{"architecture", "ARCHITECTURE", "The network's name"}, a.name);
    visit(Field{"width", "--width", "Channels of the first layer, of a vit's embedding, of an autoencoder's hidden layers; 0: its own", 0,
                4096},
          a.width);
    visit(Field{"classes", "--classes", "Outputs, one a class", 2, 1e6}, a.classes);
    visit(Field{"inputChannels", "--input-channels", "Channels of the input: 3 for colour, 1 for grey and for sounds; 0: its own", 0, 4096},
          a.inputChannels);
    visit(Field{"inputSize", "--input-size",
                "Width and height of the input, in pixels; of an autoencoder how many numbers it takes; 0: its own", 0, 1e6},
          a.inputSize);
    visit(Field{"seed", "--seed", "Seed of the random weights"}, a.seed);
    visit(Field{"widthMultiplier", "--width-multiplier", "Factor of all widths", 0.01, 100, true}, a.widthMultiplier);
    visit(Field{"inputHeight", "--input-height", "Height of the input; of sounds its frames; 0: as --input-size", 0, 1e6, true},
          a.inputHeight);
    visit(Field{"inputWidth", "--input-width", "Width of the input; of sounds its bands; 0: as --input-size", 0, 1e6, true}, a.inputWidth);
    visit(Field{"depth", "--depth", "Blocks of a vit; 0: six", 0, 1000, true}, a.depth);
}

// How the same training parameters are called where they stand alone and where they follow pruning.
struct TrainFieldRole
{
    const char* epochsFlag = "--epochs";
    int lowestEpochs = 1;
};

// Those that came after the first builds had been made.
template<class Visitor>
void visitLaterFields(Visitor& visit, TrainOptions& o)
{
    const auto later = [](const char* key, const char* flag, const char* help, double lowest = 0, double highest = 0) {
        return Field{key, flag, help, lowest, highest, true};
    };
    visit(later("accumulate", "--accumulate", "Batches whose gradients make one update", 1, 1e6), o.accumulate);
    visit(later("clipNorm", "--clip-norm", "Longest gradient over all weights; longer ones are made so long; 0: any", 0, 1e9), o.clipNorm);
    visit(later("emaDecay", "--ema-decay", "Decay of the weights' moving average, which is then what is kept; 0: none", 0, 0.999999),
          o.emaDecay);
    visit(later("mixup", "--mixup", "Mixes each picture with another; alpha of the shares' Beta distribution; 0: off", 0, 100), o.mixUp);
    visit(later("cutmix", "--cutmix", "Puts a piece of another picture into each; alpha likewise; 0: off", 0, 100), o.cutMix);
    visit(
        later("randAugment", "--rand-augment", "Random changes of colour and shape, one after the other, for each picture; 0: none", 0, 10),
        o.augmentation.randomOperations);
    visit(later("randAugmentMagnitude", "--rand-augment-magnitude", "How much they change, 0 to 10", 0, 10), o.augmentation.magnitude);
    visit(later("timeShift", "--time-shift", "Move training sounds and windows by up to so much of their length", 0, 1),
          o.augmentation.timeShift);
    visit(later("noise", "--noise", "Noise in training sounds and windows, at most so much of their own deviation", 0, 10),
          o.augmentation.noise);
    visit(later("bodyLrFactor", "--body-lr-factor", "Factor of the learning rate for all that is before the head", 0, 1000),
          o.bodyRateFactor);
    visit(later("freezeBody", "--freeze-body", "All that is before the head stays as it is; trains in seconds"), o.freezeBody);
    visit(later("insertBatchNormalization", "--insert-batchnorm",
                "Puts batch normalization behind convolutions that lack one while training, and folds it in again"),
          o.insertNormalization);
    visit(later("featureCache", "--feature-cache", "What a frozen body gives is computed only once"), o.featureCache);
    visit(later("precision", "--precision", "Of products in training; bf16 is faster where the processor has it"), o.precision);
    visit(later("device", "--device", "Where training runs; cuda needs a LibTorch that has it"), o.device);
    visit(later("freezeBatchNormalizationAfter", "--freeze-batchnorm-after",
                "Share of the epochs after which batch normalization keeps its running statistics; 1: never", 0, 1),
          o.freezeNormalizationAfter);
    visit(later("checkpointMinutes", "--checkpoint-minutes", "Minutes between two checkpoints; 0: one behind each epoch", 0, 1e6),
          o.checkpointMinutes);
}

template<class Visitor>
void visitFields(Visitor& visit, TrainOptions& o, TrainFieldRole role = {})
{
    visit(Field{"epochs", role.epochsFlag, "Passes over the training split", static_cast<double>(role.lowestEpochs), 1e6}, o.epochs);
    visit(Field{"batch", "--batch", "Samples a batch", 1, 1e6}, o.batch);
    visit(Field{"learningRate", "--lr", "Highest learning rate; 0: 0.01 for sgd, 0.001 for adamw", 0, 1000}, o.learningRate);
    visit(Field{"optimizer", "--optimizer", "Optimizer"}, o.optimizer);
    visit(Field{"momentum", "--momentum", "Momentum of sgd", 0, 1}, o.momentum);
    visit(Field{"weightDecay", "--weight-decay", "Weight decay", 0, 10}, o.weightDecay);
    visit(Field{"schedule", "--schedule", "How the learning rate goes down"}, o.schedule);
    visit(Field{"warmUpEpochs", "--warm-up-epochs", "Epochs in which the learning rate goes up first", 0, 1e6}, o.warmUpEpochs);
    visit(Field{"stepEpochs", "--step-epochs", "Epochs between two steps of the step schedule", 1, 1e6}, o.stepEpochs);
    visit(Field{"stepFactor", "--step-factor", "Factor of each step of the step schedule", 0, 1}, o.stepFactor);
    visit(Field{"labelSmoothing", "--label-smoothing", "Share of each label spread over all classes", 0, 0.99}, o.labelSmoothing);
    visit(Field{"flip", "--flip", "Mirror half of the training pictures"}, o.augmentation.flip);
    visit(Field{"shiftedCrop", "--shifted-crop", "Shift training pictures by up to so many pixels", 0, 4096}, o.augmentation.shiftedCrop);
    visit(Field{"head", "--head", "The last layer: auto keeps it when every class of the data has an output"}, o.head);
    visit(Field{"freeze", "--freeze", "Layers that stay as they are, by name; '*' matches anything"}, o.freeze);
    visit(Field{"patience", "--patience", "Stop after so many epochs without a better validation accuracy; 0: never", 0, 1e6}, o.patience);
    visit(Field{"keepBest", "--keep-best", "Keep the weights of the best validation epoch, not of the last"}, o.keepBest);
    visit(Field{"seed", "--seed", "Seed of shuffling, augmentation and a new head"}, o.seed);
    visit(Field{"threads", "--threads", "Threads; 0: as many as there are cores", 0, 1024}, o.threads);
    visitLaterFields(visit, o);
}

template<class Visitor>
void visitFields(Visitor& visit, FinetuneParameters& p)
{
    visitFields(visit, p.train);
}

// Of pruning and of what may follow sparsifying and factorizing.
inline Field distillField()
{
    return {.key = "distill",
            .flag = "--distill",
            .help = "Share of the original's answers in what fine-tuning learns, beside the labels",
            .lowest = 0,
            .highest = 1,
            .alone = "0.9"};
}

// Of pruning and of measuring what it costs.
inline Field attentionField()
{
    return {.key = "attention",
            .flag = "--attention",
            .help = "What attention loses: of every head the same share of its size, or whole heads",
            .addedLater = true};
}

template<class Visitor>
void visitLaterFields(Visitor& visit, PruneParameters& p)
{
    const auto later = [](const char* key, const char* flag, const char* help) {
        return Field{.key = key, .flag = flag, .help = help, .addedLater = true};
    };
    const auto number = [](const char* key, const char* flag, const char* help, double highest) {
        return Field{key, flag, help, 1, highest, true};
    };
    auto& o = p.prune;
    visit(number("roundTo", "--round-to", "Channels that stay are a multiple of it where a group has so many; processors like 8 and 16",
                 1024),
          o.roundTo);
    visit(attentionField(), o.attention);
    visit(later("keep", "--keep", "Layers whose channels all stay, by name; '*' matches anything"), o.keep);
    visit(later("atLeastOf", "--at-least-of", "Channels that a layer keeps instead; of several names that match the longest counts"),
          o.layerFloors);
    visit(later("ratioOf", "--ratio-of",
                "A layer's own ratio, with --scope layer; '*' matches anything, the longest name that matches counts"),
          o.layerRatios);
    visit(later("targetMacs", "--target-macs", "Prune until the model needs no more MACs; 20M, or 0.5x of what it needs now"),
          o.targets.macs);
    visit(later("targetParams", "--target-params", "Likewise its parameters"), o.targets.parameters);
    visit(later("targetBytes", "--target-bytes", "Likewise the bytes of its file; 200kB"), o.targets.bytes);
    visit(later("targetMemory", "--target-memory", "Likewise the most bytes of activations at once"), o.targets.memory);
    visit(later("targetLatencyMs", "--target-latency-ms", "Likewise its latency, measured in ONNX Runtime with one thread"),
          o.targets.latencyMs);
    visit(later("latencyDevice", "--latency-device",
                "Measures latency there, [USER@]HOST[:PORT] over SSH, not here; of a project's build also the name of one of the "
                "project's devices"),
          p.latencyDevice);
    visit(later("sensitivity", "--sensitivity",
                "Curves that hone sensitivity wrote, by which --scope sensitivity then prunes; without them it measures them first"),
          p.sensitivity);
    visit(number("rounds", "--rounds", "Prune in so many steps, each with compensation and epochs of its own", 100), p.rounds);
}

template<class Visitor>
void visitFields(Visitor& visit, PruneParameters& p)
{
    auto& o = p.prune;
    visit(Field{"ratio", "--ratio", "Share of prunable channels that is removed, above 0 and below 1"},
          o.ratio); // the pruner refuses others
    visit(Field{"importance", "--importance", "What tells which channels matter; auto: reconstruction with compensation, else l1"},
          o.importance);
    visit(Field{"scope", "--scope",
                "Where the ratio holds: in each group (uniform), over all (global), over all of the same structure (isomorphic), as "
                "--ratio-of says (layer), where measured curves say it costs least (sensitivity)"},
          o.scope);
    visit(Field{"atLeast", "--at-least", "Channels that every group keeps", 1, 1e6}, o.atLeast);
    visit(Field{.key = "compensate",
                .flag = "--compensate",
                .help = "Solve the remaining weights anew by least squares on training pictures; auto: where there are data",
                .alone = "on"},
          p.compensate);
    visit(distillField(), p.distill);
    visit(Field{"temperature", "--temperature", "Temperature that softens the original's answers", 0.1, 1000}, p.temperature);
    visit(Field{.key = "distillKind",
                .flag = "--distill-kind",
                .help = "What is learnt of the original: its answers, and values inside (feature), and where they are large (attention)",
                .addedLater = true},
          p.distillKind);
    visit(
        Field{"sparsityEpochs", "--sparsity-epochs", "Epochs of training before, in which whole channels are pulled to zero", 0, 1e6, true},
        p.sparsityEpochs);
    visit(Field{"sparsityStrength", "--sparsity-strength", "How strongly (the group lasso's factor)", 0, 1000, true}, p.sparsityStrength);
    visitLaterFields(visit, p);
    visit.group("finetune",
                [&](auto& inner) { visitFields(inner, p.finetune, TrainFieldRole{.epochsFlag = "--finetune-epochs", .lowestEpochs = 0}); });
}

template<class Visitor>
void visitFields(Visitor& visit, ExplainParameters& p)
{
    visit(Field{"samples", "--samples", "Samples of the validation split (train where there is none)", 1}, p.samples);
    visit(Field{"runs", "--runs", "Runs of each model that latency is measured with; fewer where they take longer than four seconds", 1,
                10000},
          p.runs);
    visit(Field{"threads", "--threads", "Threads for comparing values; 0: as many as there are cores", 0, 1024}, p.threads);
}

template<class Visitor>
void visitFields(Visitor& visit, SensitivityOptions& o)
{
    visit(Field{"ratios", "--ratios", "Shares of a group's channels that leave, above 0 and below 1"}, o.ratios);
    visit(Field{"samples", "--samples", "Samples of the split; 0: all", 0}, o.samples);
    visit(Field{"split", "--split", "Which samples are measured on"}, o.split);
    visit(Field{"importance", "--importance",
                "What tells which channels of a group leave; auto: as hone prune has it, reconstruction where there is a training split, "
                "else l1"},
          o.importance);
    visit(attentionField(), o.attention);
    visit(Field{"compensate", "--compensate", "Solves the remaining weights anew each time, which takes far longer"}, o.compensate);
    visit(Field{"seed", "--seed", "Seed of random importance and of compensation"}, o.seed);
    visit(Field{"threads", "--threads", "Threads; 0: as many as there are cores", 0, 1024}, o.threads);
}

template<class Visitor>
void visitFields(Visitor& visit, DistillParameters& p)
{
    visit(Field{"teacher", "--teacher", "The model to learn from; in a recipe also the name of a step before"}, p.teacher);
    visit(Field{"weight", "--weight", "Share of what the teacher says in what is learnt, beside the labels", 0.01, 1}, p.weight);
    visit(Field{"kind", "--kind",
                "What is learnt of it: its answers (soft), and values inside of it (feature), and where they are large (attention)"},
          p.kind);
    visit(Field{"temperature", "--temperature", "Temperature that softens both models' answers", 0.1, 1000}, p.temperature);
    visit(Field{"answers", "--answers", "How answers are held against each other; auto: divergence for classes, else mse"}, p.answers);
    visit(Field{"labels", "--labels", "Without them any model learns its teacher's outputs, whatever they are"}, p.labels);
    visitFields(visit, p.train);
}

template<class Visitor>
void visitFields(Visitor& visit, RecoveryParameters& p)
{
    visit(distillField(), p.distill);
    visit(Field{"distillKind", "--distill-kind",
                "What is learnt of the original: its answers, and values inside (feature), and where they are large"},
          p.kind);
    visit(Field{"temperature", "--temperature", "Temperature that softens the original's answers", 0.1, 1000}, p.temperature);
    visit.group("finetune",
                [&](auto& inner) { visitFields(inner, p.finetune, TrainFieldRole{.epochsFlag = "--finetune-epochs", .lowestEpochs = 0}); });
}

template<class Visitor>
void visitFields(Visitor& visit, SparsifyParameters& p)
{
    auto& o = p.sparsify;
    visit(Field{"sparsity", "--sparsity", "Share of the weights that become zero", 0.001, 0.999}, o.sparsity);
    visit(Field{"pattern", "--pattern", "So many of so many neighbouring input channels stay, instead of a share"}, o.pattern);
    visit(Field{"scope", "--scope", "The smallest weights of all layers together (global), or of each"}, o.scope);
    visitFields(visit, p.recovery);
}

template<class Visitor>
void visitFields(Visitor& visit, FactorizeParameters& p)
{
    auto& o = p.factorize;
    visit(Field{"energy", "--energy", "Share of its answers' variance, or of its weights' squares, that each layer keeps", 0.001, 1},
          o.energy);
    visit(Field{"rankRatio", "--rank-ratio", "Share of the full rank that each layer keeps, instead; 0: as --energy says", 0, 1},
          o.rankRatio);
    visit(Field{"rank", "--rank", "Rank that each layer keeps, instead; 0: as the other two say", 0, 1e6, true}, o.rank);
    visit(Field{"fromData", "--from-data", "Split layers by what they answer to training samples; auto: where there are data"}, p.fromData);
    visit(Field{"samples", "--samples", "Of those samples how many", 1, 1e9}, o.samples);
    visitFields(visit, p.recovery);
}

template<class Visitor>
void visitFields(Visitor& visit, TidyParameters& p)
{
    auto& o = p.tidy;
    visit(Field{"freeBatch", "--free-batch", "Make a batch that the model fixes free"}, o.freeBatch);
    visit(Field{"foldBatchNormalization", "--fold-batchnorm", "Fold batch normalization into the layers before it"}, o.foldNormalization);
    visit(Field{"keepDropout", "--keep-dropout", "Keep Dropout, which does nothing until the model is trained"}, o.keepDropout);
    visit(Field{"largestGrowthBytes", "--largest-growth", "Bytes by which folded constants may make the file larger", 0, 1e12},
          o.limits.largestGrowthBytes);
}

inline Field keepFloatField()
{
    return {.key = "keepFloat",
            .flag = "--keep-float",
            .help = "Layers that are computed in float, by name; '*' matches anything",
            .addedLater = true};
}

inline Field weightRangeField()
{
    return {.key = "reduceRange",
            .flag = "--reduce-range",
            .help = "Weights of 7 bits, for processors whose 8-bit products saturate (x86 without VNNI); auto: where this one is such",
            .addedLater = true,
            .alone = "on"};
}

template<class Visitor>
void visitLaterFields(Visitor& visit, QuantizeOptions& o)
{
    const auto later = [](const char* key, const char* flag, const char* help, double lowest = 0, double highest = 0) {
        return Field{key, flag, help, lowest, highest, true};
    };
    visit(Field{.key = "scheme", .flag = "--scheme", .help = "The runtime that the file is for", .addedLater = true}, o.scheme);
    visit(later("bitsActivations", "--bits-activations", "Bits of an activation: 8 or, for ort and qnn, 16", 8, 16), o.bitsActivations);
    visit(keepFloatField(), o.keepFloat);
    visit(later("maxDrop", "--max-drop",
                "Keeps layers float until no more than so many points of accuracy are lost on the validation split; 100: any", 0, 100),
          o.maxDrop);
    visit(later("floatMacs", "--float-macs", "Largest share of the MACs that may stay float for it; alone, it is used up", 0, 1),
          o.floatMacs);
    visit(Field{.key = "raiseTo",
                .flag = "--raise-to",
                .help = "What those layers become: float or, for runtimes that compute so (qnn), 16-bit activations",
                .addedLater = true},
          o.raiseTo);
    visit(later("targetBytes", "--target-bytes", "Keeps the layers float that matter most, within so many bytes of the file; 0: any", 0,
                1e15),
          o.targetBytes);
    visit(later("targetLatencyMs", "--target-latency-ms",
                "Likewise within so many milliseconds, measured in ONNX Runtime here with one thread; 0: any", 0, 1e9),
          o.targetLatencyMs);
    visit(later("equalize", "--equalize", "Scales channels between two layers so that all of them use their grid"), o.equalize);
    visit(later("smoothQuant", "--smoothquant", "Moves outliers of what matrix products read into their weights"), o.smoothQuant);
    visit(Field{"biasCorrection", "--bias-correction", "Gives each layer's output the mean that it has in float"}, o.biasCorrection);
    visit(later("adaptiveRounding", "--adaround", "Rounds each weight up or down so that its layer's output changes least"),
          o.adaptiveRounding);
    visit(later("damage", "--damage",
                "Measures what each layer alone does to the outputs, and ranks them; a search for float layers does it anyway"),
          o.damage);
    visit(later("repairGains", "--repair-gains", "Measures what each of these four repairs is good for, on validation"), o.repairGains);
}

template<class Visitor>
void visitFields(Visitor& visit, QuantizeParameters& p)
{
    auto& o = p.quantize;
    visit(Field{"ranges", "--ranges", "How activations' ranges are found"}, o.ranges);
    visit(Field{"percentile", "--percentile", "Share of the values kept by percentile ranges, in percent", 50, 100}, o.percentile);
    visit(Field{"activations", "--activations", "uint8 or int8 activations"}, o.activations);
    visit(
        Field{
            .key = "perChannelWeights", .flag = "--per-channel", .help = "One scale for each output channel of a weight", .isOnOff = true},
        o.perChannelWeights);
    visit(Field{"samples", "--samples", "Training samples to calibrate with", 1, 1e9}, o.samples);
    visit(Field{"seed", "--seed", "Seed of the choice of samples"}, o.seed);
    visit(Field{"threads", "--threads", "Threads; 0: as many as there are cores", 0, 1024}, o.threads);
    visit(Field{.key = "method",
                .flag = "--method",
                .help = "What becomes integers: weights and activations, with ranges from data (static) or found while it runs (dynamic), "
                        "or weights alone; fp16: half precision",
                .addedLater = true},
          o.method);
    visit(Field{"bitsWeights", "--bits-weights", "Bits of a weight: 8, with --method weights also 4, with static 2 to 8", 2, 8, true},
          o.bitsWeights);
    visit(weightRangeField(), o.weightRange);
    visit(Field{"blockSize", "--block-size", "4-bit weights that share a scale: 16, 32, 64, 128 or 256", 16, 256, true}, o.blockSize);
    visitLaterFields(visit, o);
}

template<class Visitor>
void visitFields(Visitor& visit, QatParameters& p)
{
    auto& o = p.qat.quantize;
    visit(Field{"bitsWeights", "--bits-weights", "Bits of weights; fewer than 8 are stored as int8, which integer kernels read", 2, 8},
          o.bitsWeights);
    visit(Field{"ranges", "--ranges", "How the ranges are found that activations' steps start from"}, o.ranges);
    visit(Field{"percentile", "--percentile", "Share of the values kept by percentile ranges, in percent", 50, 100}, o.percentile);
    visit(Field{"activations", "--activations", "uint8 or int8 activations"}, o.activations);
    visit(
        Field{
            .key = "perChannelWeights", .flag = "--per-channel", .help = "One scale for each output channel of a weight", .isOnOff = true},
        o.perChannelWeights);
    visit(Field{"samples", "--samples", "Training samples to calibrate with", 1, 1e9}, o.samples);
    visit(weightRangeField(), o.weightRange);
    visit(keepFloatField(), o.keepFloat);
    visit(Field{.key = "teacher",
                .flag = "--teacher",
                .help = "The model whose answers are learnt; without it the one that training starts from",
                .addedLater = true},
          p.teacher);
    visit(Field{"distill", "--distill", "Share of those answers in what is learnt, beside the labels", 0, 1}, p.distill);
    visit(Field{"distillKind", "--distill-kind",
                "What is learnt of the teacher: its answers, and values inside (feature), and where they are large"},
          p.kind);
    visit(Field{"temperature", "--temperature", "Temperature that softens the teacher's answers", 0.1, 1000}, p.temperature);
    visitFields(visit, p.qat.train);
}

} // namespace hone
