// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli/sentences.h"

#include <map>

namespace hone::cli
{
namespace
{

using Code = MessageCode;

// What happened, then the way out. {placeholders} are the arguments that core/message_codes.h names.
const std::map<Code, std::string_view>& table()
{
    // clang-format off
    static const std::map<Code, std::string_view> sentences = {
        // files
        {Code::FileNotFound, "There is no {path}; check the path."},
        {Code::FileUnreadable, "{path} can't be read ({reason}); check that it is a file and that you may read it."},
        {Code::FileUnwritable, "{path} can't be written ({reason}); choose a folder that is there and that you may write to."},
        {Code::DiskFull, "The disk is full, so {path} was not written and nothing was changed; make room and run this again."},
        {Code::OutputExists, "{path} is there already; choose another name or take it away first."},
        {Code::ModuleMissing, "Hone's part {module} can't be loaded ({reason}); install or build Hone again."},
        {Code::InternalFault, "Hone made a mistake of its own ({detail}); please report it with this command."},
        // command line
        {Code::BadOption, "{option} doesn't take '{value}'; it takes {expected}."},
        {Code::OptionUnknown, "{option} is not known here; '{verb} --help' lists what is."},
        {Code::UsageInvalid, "{detail}; '{verb} --help' shows how it is called."},
        {Code::DataRequired, "The step '{step}' reads data; say which folder with --data DIR."},
        {Code::StudioMissing, "The studio is not at {path}; install it, or build Hone with HONE_STUDIO=ON."},
        // models
        {Code::ModelEmpty, "{path} is empty; export or copy the model again."},
        {Code::ModelNotOnnx, "{path} is not an ONNX model; export the model as ONNX and give that file."},
        {Code::ModelTruncated, "{path} ends too early, as after a broken download; copy or export it again."},
        {Code::ModelInvalid, "{path} is not a valid ONNX model ({detail}); export it again."},
        {Code::ModelTooLarge, "{path} asks for more memory than a model may ({detail}); check that the file is what you think it is."},
        {Code::ExternalDataOutside, "{path} wants to read {location}, which is outside of its folder; put its data files beside it."},
        {Code::ExternalDataMissing, "{path} keeps its weights in {location}, which is missing or too short; put that file beside it."},
        {Code::OpsetUnsupported, "{path} uses ONNX opset {opset}; export it with an opset from {lowest} to {highest}."},
        {Code::OperatorsUnsupported, "Hone can't train these operators: {operators}; what works without training: {open}."},
        {Code::ShapeMismatch, "The shapes at node '{node}' don't fit ({detail}); export the model again."},
        {Code::RuntimeRefused, "ONNX Runtime refuses {path} ({detail}); export it with operators that ONNX Runtime has."},
        {Code::ModelInputUnsupported, "The model's input doesn't take these data ({detail}); use a model with one float32 input for them, such as [N, C, H, W] for pictures."},
        {Code::ModelOutputUnsupported, "The model's output is not one score a class ({detail}); use a classifier."},
        {Code::NotTrainable, "The model can't be trained ({detail}); evaluate, prune without fine-tuning and quantize it, or export it with its last layer."},
        {Code::EnginesDisagree, "At output '{output}' training and ONNX Runtime differ by {difference} of the largest value, more than {limit}; evaluate and quantize it, but don't train it here, and please report it."},
        {Code::OutputsNotFinite, "Whatever this model is given, its outputs hold no finite number, so that nothing can show that pruning leaves them alone; export it anew, since some of its weights must be no numbers."},
        {Code::GradientsNotFinite, "Going backward through the model gives no finite gradient for {parameters}; evaluate, prune without fine-tuning and quantize it."},
        // data
        {Code::DataNotFound, "There is no data folder {path}; check the path."},
        {Code::DataFormatUnknown, "{path} holds no data that Hone knows; put pictures, WAV files or sensor recordings into one folder a class, or IDX, CIFAR binary, CSV or NPZ files there."},
        {Code::DataConfigInvalid, "{path} is not valid ({detail}); correct it."},
        {Code::DataEmpty, "{path} holds no samples for the {split} split; add some, at least three a class, or name the splits in dataset.yaml."},
        {Code::SplitMissing, "{path} has no {split} split, it has {available}; add pictures, at least three a class, put some into a folder named {split}, or name the splits in dataset.yaml."},
        {Code::SingleClass, "{path} holds only the class '{class}'; a classifier needs pictures of at least two, in one folder each."},
        {Code::ClassCountMismatch, "The data have {classes} classes, the model has {outputs} outputs; fine-tune with --head replace, or use the data that the model was made for."},
        {Code::ClassesUnmapped, "The model has no output for the classes {classes}; name their outputs under 'classes' in dataset.yaml, or fine-tune with --head replace."},
        {Code::PicturesUnreadable, "{count} of {total} samples can't be read, too many to go on, so nothing was made: {files}; mend or remove them."},
        {Code::PicturesSkipped, "{count} of {total} samples can't be read and were left out: {files}."},
        {Code::PreprocessAssumed, "Neither the model nor dataset.yaml says how pixels become the model's input, so {channels} from 0 to 1 without mean and std was taken; if the model was trained otherwise, its accuracy is wrong: say it under 'preprocess' in dataset.yaml."},
        {Code::PicturesInGray, "The data's pictures are gray and the model takes colour, so the model got the same gray in each channel; if it was made for coloured pictures, what was measured or learnt says little of them."},
        {Code::PicturesInColour, "The data's pictures have colours and the model takes gray, so the model got their brightness; if it was made for other pictures, what was measured or learnt says little of them."},
        {Code::FrontEndAssumed, "What becomes of the data at the model's input is stated neither by the model nor, for a model like it, by dataset.yaml, so {described} was taken; if the model was trained otherwise, its results are wrong: say it under 'preprocess' in dataset.yaml."},
        {Code::BeforeHasOtherClasses, "The model before has {outputs} outputs and the data have {classes} classes, so its accuracy was not measured on them and there is nothing to compare the new head with."},
        {Code::BeforeLacksClasses, "The model before has no output for the classes {classes}, so its accuracy was not measured on these data and there is nothing to compare the new head with."},
        {Code::AnomalyKindMissing, "The {split} split doesn't hold both normal samples and anomalies, so the reconstruction error was measured in place of the AUC; put both into it."},
        {Code::TargetCountMismatch, "The data have {targets} numbers to predict for each sample, the model has {outputs} outputs; fine-tune with --head replace, or use the data that the model was made for."},
        {Code::BeforeHasOtherTargets, "The model before has {outputs} outputs and the data have {targets} numbers to predict, so its error was not measured on them and there is nothing to compare the new head with."},
        {Code::OutputUnlikeInput, "The model's output {output} has another shape than its input {input}, so it reconstructs nothing; detect anomalies with an autoencoder."},
        {Code::LabelsMissingForBound, "{path} holds no labels, so no loss of accuracy can be bounded there; leave --max-drop out, or say with --float-macs, --target-bytes or --target-latency-ms what may stay float."},
        {Code::LabelsMissing, "{path} holds no labels, so nothing can be learnt or counted by them; learn from another model's answers (hone distill, or --distill above 0), or compare a model with the one that it was made from (evaluate with --reference)."},
        {Code::InputsMadeUp, "No data were given, so the model and its reference were compared on {inputs} made-up inputs (random numbers, seed {seed}), which say little of real ones: give some with --data DIR, without labels will do."},
        {Code::ReferenceUnlike, "The model can't be compared with its reference ({detail}); give the model that it was made from."},
        {Code::OutputsNotCompared, "These outputs were left out, since they hold text or have another size than the reference's: {outputs}."},
        {Code::PreprocessingInside, "{path} takes raw bytes already, its preprocessing is written into it; use it as it is."},
        {Code::PreprocessingUnknown, "Neither {path} nor the data say how raw data become its input; state it under 'preprocess' in dataset.yaml and give that folder with --data."},
        {Code::PreprocessingNotWritable, "This preprocessing can't be written into a model ({detail}); do it before the model, as now."},
        {Code::TaskUnsupported, "{path} is for the task '{task}', which Hone doesn't do; it does classification, regression and anomaly detection, and compares any model with its original."},
        // steps
        {Code::RatioOutOfRange, "--ratio doesn't take {ratio}; it takes a number above 0 and below 1."},
        {Code::NothingToPrune, "There are no channels that could be removed ({detail}); let more leave or keep less, or choose another model."},
        {Code::TargetUnreachable, "The {what} can't come down to {wanted}: the smallest that can be reached is {reachable} ({detail}); ask for no less than that."},
        {Code::TargetMetAlready, "The {what} is {present}, which meets the target of {wanted} already, so nothing was removed."},
        {Code::SplitNotFaster, "MACs are {macs} % of what they were but latency is {latency} %: two calls in place of one can cost what their MACs save; a --rank of a multiple of 8 or 16 may help, or a higher --energy, which splits fewer layers; ranks that fit the processor badly: {layers}."},
        {Code::LatencyNotFalling, "MACs are {macs} % of what they were but latency is {latency} %; layers whose channel counts fit the processor badly, where --round-to 8 or 16 may help: {layers}."},
        {Code::SensitivityInvalid, "{path} is no sensitivity file ({detail}); measure it again with hone sensitivity."},
        {Code::SensitivityForeign, "{path} was measured on another model than {model}; measure this one with hone sensitivity."},
        {Code::TeacherUnlike, "The teacher doesn't fit the student ({detail}); take one with the same inputs and outputs."},
        {Code::NothingToFactorize, "No layer gets smaller by being split into two ({detail}); ask for less energy or a lower rank, or prune channels instead."},
        {Code::NothingToSparsify, "There are no weights that could become zero ({detail}); use a model with convolutions or matrix products in float32."},
        {Code::ZerosNotFaster, "Zeros among the weights make the compressed file smaller, not the model faster: ONNX Runtime still computes all {macs} MACs ({latencyBefore} ms before, {latencyAfter} ms after); prune channels for speed."},
        {Code::LayerUnknown, "The model has no layer '{layer}'; the nearest names are: {similar}."},
        {Code::AlreadyQuantized, "{path} is quantized already; take the build that it was made from."},
        {Code::NothingToQuantize, "There is nothing to quantize ({detail}); use a model with convolutions or matrix products in float32."},
        {Code::CalibrationEmpty, "{path} has no samples to calibrate with; add a train or a validation split."},
        {Code::CalibrationTooSmall, "{samples} sample says little about all others; calibrate with at least {needed} (--samples), and have as many in the train split."},
        {Code::CalibrationNotFinite, "On these samples, {value} held something that is no number or infinite; look for the sample or the layer that does it (hone check), since nothing was written."},
        {Code::ConstantInside, "What {layers} computes is the same number in all samples, so it says nothing and its range is that number's alone; if other data would tell more, calibrate with them (--samples, --seed), else prune or keep it in float with --keep-float."},
        {Code::CalibrationConstant, "The input {value} is the same number in all samples, so no range can be found; look at the data and their preprocess."},
        {Code::OpsetNotRaised, "Quantizing needs opset {needed}, and these operators of the model's opset {opset} can't be carried over: {operators}; export the model again with opset {needed} or later."},
        {Code::NotQuantized, "{path} has nothing on integers in it, and a file in half precision hasn't either; give the file that 'hone quantize' wrote in another way, and the float one with --against."},
        {Code::AdviceDivergence, "The answers part at {layer}, whose signal-to-noise ratio is {snr} dB behind {before} dB; most of the noise up to there comes from {source} ({alone} dB by itself)."},
        {Code::AdviceNoisiest, "The most noise by itself comes from {layer} ({alone} dB, {snr} dB with what came before)."},
        {Code::AdviceSaturates, "{share} % of the values of {layer} lie outside of its range and are cut off; calibrate on more samples or with --ranges minmax, or keep it in float."},
        {Code::AdviceOutliers, "The largest value of {layer} is {ratio} times what 99.9 % of its values stay below, so that they share {used} % of the steps; leave outliers out with --ranges percentile, entropy or mse."},
        {Code::AdviceChannelRanges, "The widest channel of {layer} takes {ratio} times the range of the usual one, so that most channels have few steps; even them out with --equalize."},
        {Code::AdvicePerChannel, "The weights of {layer} share one scale though their channels differ by a factor of {ratio} ({count} such layers); quantize with one scale a channel (--per-channel on)."},
        {Code::AdviceKeepFloat, "With {layers} in float ({count} of its layers) it takes {latency} ms, against {quantized} ms as it is and {float} ms of the float model."},
        {Code::AdviceNoFasterMix, "It takes {quantized} ms, the float model {float} ms, and no mix of float and integer layers that was tried here is faster than either; deploy the float model here, or measure on the device itself."},
        {Code::AdviceDepthwise, "{count} depthwise convolutions take longer on integers ({quantized} µs) than in float ({float} µs), since they have few products for each value that is moved; keep them in float: {layers}."},
        {Code::AdviceConversions, "{share} % of the time ({microseconds} µs) goes into bringing values from one form into another; keep layers on both sides of a change in the same form: {layers}."},
        {Code::AdviceNoDotProducts, "This processor ({processor}) has no 8-bit dot products (VNNI, AMX, Arm's dotprod or i8mm), so integers gain little here; measure on the device itself."},
        {Code::AdviceOtherRange, "Give {layers} other ranges (--ranges percentile, entropy or mse), or keep them in float with --keep-float."},
        {Code::AdviceStaticForNoise, "A dynamic file's layers can't be chosen; with --method static {layers} can be given other ranges (--ranges) or be kept in float (--keep-float)."},
        {Code::AdviceMoreBits, "Give the weights smaller blocks (--block-size 16), or 8 bits (--bits-weights 8)."},
        {Code::AdviceStatic, "What its layers read is put onto a grid anew in every run, and {quantized} ms are what that takes, against {float} ms of the float model; take --method static, whose ranges are in the file."},
        {Code::AdviceUnsigned, "ONNX Runtime's kernels for int8 activations are slower than those for uint8 on this processor; take --scheme ort with --activations unsigned."},
        {Code::LayersUnmatched, "Only {compared} of {total} layers could be compared, since the other values have other names than in the float model; give the float file that the quantizing tool itself read."},
        {Code::AdviceNothing, "Nothing stands out: no layer's error, range or time asks for a change."},
        {Code::ReducedWeightRange, "This processor ({processor}) has no 8-bit dot products that add up exactly, so weights were given 7 bits; a device with them could do slightly better."},
        {Code::CurvesMeasuredOtherwise, "The curves in {path} were measured with channels chosen by {curves}, and are pruned by with channels chosen by {step}; measure them with the same options for what they say to hold."},
        {Code::SchemeNotRun, "The file has the form that {runtime} takes; it was not run in that runtime, and its figures are ONNX Runtime's."},
        {Code::SchemeRefuses, "{runtime} would refuse {layer}: {reason}; keep it in float (--keep-float) or choose another --scheme."},
        {Code::SchemeRunsInFloat, "{runtime} would run {layer} in float: {reason}; that costs speed there, not accuracy."},
        {Code::WeightsForSize, "{layers} layers have {bits}-bit weights in the file and are computed in float: that makes the file smaller, not the model faster; for speed take --method static."},
        {Code::BeyondHalf, "Numbers beyond 65504, the most that half precision holds, keep these in float32: {layers}; nothing needs to be done."},
        {Code::FlushedToZero, "{count} weights are too small for half precision and became 0; compare the accuracy before using the file."},
        {Code::ConstantsFolded, "Nodes that only compute constants became constants ({count})."},
        {Code::NoOpsDropped, "Nodes that do nothing were left out ({count})."},
        {Code::NormalizationFolded, "Batch normalizations were folded into the layers before them ({count})."},
        {Code::NormalizationInserted, "Batch normalization was put behind layers for training ({count}) and folded into them again afterwards."},
        {Code::UnusedRemoved, "Nodes and weights that nothing reads were left out ({count})."},
        {Code::BatchFreed, "The model took batches of {batch} only, it now takes any."},
        {Code::BatchStaysFixed, "The model takes batches of {batch} only, as before: {detail}."},
        {Code::LossNotFinite, "Training went astray in epoch {epoch}, batch {batch}: the first value that is no number any more is {value} of the layer {layer}; use a lower --lr, or --clip-norm 1."},
        {Code::TrainingWentBack, "Training went astray in epoch {epoch}, batch {batch}: the first value that is no number any more is {value} of the layer {layer}, so it stopped there and kept the weights of epoch {kept}; a lower --lr or --clip-norm 1 may get further."},
        {Code::TrainingResumed, "Went on from the checkpoint of an earlier run that was interrupted, behind epoch {epochs}."},
        {Code::Bf16Unavailable, "This processor ({processor}) has no bf16 arithmetic, so --precision bf16 was left out and training ran in float32."},
        {Code::CudaMissing, "--device doesn't take 'cuda' here: this LibTorch ({version}) has no CUDA; leave --device out, or build Hone with one that has it (CMAKE_PREFIX_PATH)."},
        {Code::CudaNoDevice, "--device doesn't take 'cuda' here: LibTorch {version} has CUDA, but finds no graphics processor; look at its driver, or leave --device out."},
        {Code::FeaturesOfPasses, "The frozen body ran once over each of {passes} augmented passes, and the epochs take turns with what it gave; --no-feature-cache runs it anew in every epoch."},
        {Code::FeaturesNotKept, "What the frozen body gives would take {megabytes} MB, so it ran anew in every epoch."},
        {Code::FeaturesMixed, "MixUp and CutMix mix pictures, so the frozen body ran anew in every epoch; without them training would take seconds."},
        {Code::StepUnsupported, "The step '{step}' can't be run here; import and new begin a tree, the others need a build to start from."},
        {Code::RecipeInvalid, "{path}, line {line}: {detail}; correct the recipe."},
        {Code::ArchitectureUnknown, "There is no network '{name}'; the known ones are {known}."},
        // projects
        {Code::ProjectNotFound, "{path} is not a Hone project; make one with 'hone project init'."},
        {Code::ProjectExists, "{path} is a Hone project already; open it, or choose another folder."},
        {Code::ProjectInvalid, "The project {path} can't be opened ({detail}); put back its project.json from a copy."},
        {Code::ProjectNewer, "The project {path} was written by a newer Hone (schema {schema}, this one knows {known}); update Hone to open it."},
        {Code::ProjectLocked, "Another program is writing to the project {path}; wait for it and run this again."},
        {Code::BuildUnknown, "The project has no single build '{build}'; it has: {available}."},
        {Code::BuildDamaged, "The build {build} is damaged ({detail}); run its step again, the other builds are as they were."},
        // devices
        {Code::DeviceAddressInvalid, "'{address}' is not a device's address; write [user@]host[:port]."},
        {Code::DeviceUnreachable, "{host} doesn't answer on port {port} ({reason}); check that the device is on, its address, and that its SSH server runs."},
        {Code::DeviceAuthenticationFailed, "{host} doesn't let {user} in (tried: {methods}); give a key that it knows with --identity, or load it into the SSH agent."},
        {Code::IdentityUnreadable, "The key {path} can't be used ({reason}); give the private key's file and its passphrase."},
        {Code::HostKeyUnknown, "{host} is not known yet; its key is {fingerprint}: if that is what the device shows, run this again with --accept-host-key {fingerprint}."},
        {Code::HostKeyChanged, "{host} shows another key than before ({fingerprint}), as an impostor would; if you have set it up anew, remove its line from {knownHosts}."},
        {Code::HostKeyNotAccepted, "{host} shows the key {fingerprint}, not {accepted}; nothing was sent: find out which one is the device's."},
        {Code::DeviceConnectionLost, "The connection to {host} broke off ({during}); the device still runs what it ran: run this again when it is back."},
        {Code::DeviceBusy, "{holder} is deploying to {host} just now; wait for that, or remove {path} there if it was broken off."},
        {Code::DeviceNoSpace, "{host} has no room in {path}: {neededBytes} bytes are needed, {freeBytes} are free; the device still runs what it ran: make room there."},
        {Code::DeviceUnsupported, "{host} is {architecture} with {os}, for which Hone has no runner; use a 64-bit Linux on x86-64 or ARM."},
        {Code::DeviceCommandFailed, "A command failed on {host}: {command} ({detail}); the device still runs what it ran."},
        {Code::DeviceVerificationFailed, "{host} has {file} with other contents than were sent; the device still runs what it ran: check its disk and run this again."},
        {Code::DeviceSmokeRunFailed, "The model doesn't run on {host} ({detail}); the device still runs what it ran before."},
        {Code::RunnerMissing, "The runner for {architecture} is not at {path}; build or install Hone's runner for that processor."},
        {Code::SshServerMissing, "The demo's SSH server can't be started ({detail}); install openssh-server."},
    };
    // clang-format on
    return sentences;
}

} // namespace

std::string_view sentenceFor(MessageCode code)
{
    const auto found = table().find(code);
    return found == table().end() ? std::string_view() : found->second;
}

std::string sentence(const Message& message)
{
    const auto text = sentenceFor(message.code);
    return text.empty() ? std::string(name(message.code)) : fillSentence(text, message.arguments);
}

} // namespace hone::cli
