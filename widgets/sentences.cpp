// SPDX-License-Identifier: GPL-3.0-or-later
#include "sentences.h"

#include <QCoreApplication>

#include <array>

namespace hone::studio
{

namespace
{

struct Entry
{
    MessageCode code;
    const char* source;
};

// What happened, then what to do about it. {arguments} are named in core/message_codes.h.
// clang-format off
constexpr Entry table[] = {
    // files
    {MessageCode::FileNotFound, QT_TRANSLATE_NOOP("Sentences", "There is no file {path}. Check the path, or choose the file again.")},
    {MessageCode::FileUnreadable, QT_TRANSLATE_NOOP("Sentences", "{path} can't be read: {reason}. Check its permissions, or choose another file.")},
    {MessageCode::FileUnwritable, QT_TRANSLATE_NOOP("Sentences", "{path} can't be written: {reason}. Choose a folder that you may write to.")},
    {MessageCode::DiskFull, QT_TRANSLATE_NOOP("Sentences", "The disk is full, so {path} was not written; nothing was changed. Free some space and try again.")},
    {MessageCode::OutputExists, QT_TRANSLATE_NOOP("Sentences", "{path} exists already and was left as it is. Choose another name.")},
    {MessageCode::ModuleMissing, QT_TRANSLATE_NOOP("Sentences", "Hone's part “{module}” can't be loaded: {reason}. Install Hone again.")},
    {MessageCode::InternalFault, QT_TRANSLATE_NOOP("Sentences", "Something went wrong inside Hone: {detail}. Nothing was changed; please report this.")},
    // command line
    {MessageCode::BadOption, QT_TRANSLATE_NOOP("Sentences", "“{value}” is no good for {option}; it takes {expected}.")},
    {MessageCode::OptionUnknown, QT_TRANSLATE_NOOP("Sentences", "“{verb}” has no option {option}. See its help.")},
    {MessageCode::UsageInvalid, QT_TRANSLATE_NOOP("Sentences", "“{verb}” was called wrongly: {detail}. See its help.")},
    {MessageCode::DataRequired, QT_TRANSLATE_NOOP("Sentences", "The step “{step}” needs data. Choose a data folder on the Data page.")},
    {MessageCode::StudioMissing, QT_TRANSLATE_NOOP("Sentences", "The studio's program is not at {path}. Install Hone again.")},
    // models
    {MessageCode::ModelEmpty, QT_TRANSLATE_NOOP("Sentences", "{path} is empty. Export the model again.")},
    {MessageCode::ModelNotOnnx, QT_TRANSLATE_NOOP("Sentences", "{path} is not an ONNX file. Export the model to ONNX and choose that file.")},
    {MessageCode::ModelTruncated, QT_TRANSLATE_NOOP("Sentences", "{path} ends too early: part of the model is missing. Copy or export it again.")},
    {MessageCode::ModelInvalid, QT_TRANSLATE_NOOP("Sentences", "{path} is not a sound model: {detail}. Export it again.")},
    {MessageCode::ModelTooLarge, QT_TRANSLATE_NOOP("Sentences", "{path} asks for more than Hone takes: {detail}. The file is damaged or not meant to be loaded.")},
    {MessageCode::ExternalDataOutside, QT_TRANSLATE_NOOP("Sentences", "{path} wants to read {location}, outside of its own folder, which is refused. Put the weights beside the model.")},
    {MessageCode::ExternalDataMissing, QT_TRANSLATE_NOOP("Sentences", "{path} keeps weights in {location}, which is missing or too short. Put that file beside the model.")},
    {MessageCode::OpsetUnsupported, QT_TRANSLATE_NOOP("Sentences", "{path} uses ONNX opset {opset}; Hone reads {lowest} to {highest}. Export it with one of those.")},
    {MessageCode::OperatorsUnsupported, QT_TRANSLATE_NOOP("Sentences", "Hone can't do this with the operators {operators}. What still works: {open}.")},
    {MessageCode::ShapeMismatch, QT_TRANSLATE_NOOP("Sentences", "The shapes at node {node} don't fit: {detail}. Export the model again.")},
    {MessageCode::RuntimeRefused, QT_TRANSLATE_NOOP("Sentences", "ONNX Runtime refuses {path}: {detail}. Export the model again, with another opset if need be.")},
    {MessageCode::ModelInputUnsupported, QT_TRANSLATE_NOOP("Sentences", "The model's input doesn't take these data: {detail}. Use a model with one input for them.")},
    {MessageCode::ModelOutputUnsupported, QT_TRANSLATE_NOOP("Sentences", "The model's output is not one score a class: {detail}. Use a classifier.")},
    {MessageCode::NotTrainable, QT_TRANSLATE_NOOP("Sentences", "This model can't be trained: {detail}. Train a build from before that step; quantizing and comparing still work.")},
    {MessageCode::EnginesDisagree, QT_TRANSLATE_NOOP("Sentences", "At the output {output}, training and ONNX Runtime differ by {difference} of the largest value, more than {limit}. Evaluate and quantize the model, but don't train it here, and please report it.")},
    {MessageCode::OutputsNotFinite, QT_TRANSLATE_NOOP("Sentences", "Whatever this model is given, its outputs hold no finite number, so that nothing can show that pruning leaves them alone. Export it anew: some of its weights must be no numbers.")},
    {MessageCode::GradientsNotFinite, QT_TRANSLATE_NOOP("Sentences", "Going backward through the model gives no finite gradient for {parameters}. Evaluate it, prune it without fine-tuning, and quantize it.")},
    // data
    {MessageCode::DataNotFound, QT_TRANSLATE_NOOP("Sentences", "There is no data folder {path}. Choose one on the Data page.")},
    {MessageCode::DataFormatUnknown, QT_TRANSLATE_NOOP("Sentences", "{path} holds nothing that Hone knows as data. Use a folder with one folder a class, or with IDX, CIFAR binary, CSV or NPZ files.")},
    {MessageCode::DataConfigInvalid, QT_TRANSLATE_NOOP("Sentences", "{path} can't be understood: {detail}. Correct it and try again.")},
    {MessageCode::DataEmpty, QT_TRANSLATE_NOOP("Sentences", "The split “{split}” of {path} holds no samples. Add some, at least three a class, or name the splits in dataset.yaml.")},
    {MessageCode::SplitMissing, QT_TRANSLATE_NOOP("Sentences", "{path} has no split “{split}”; it has {available}. Add pictures, at least three a class, put some into a folder of that name, or name the splits in dataset.yaml.")},
    {MessageCode::SingleClass, QT_TRANSLATE_NOOP("Sentences", "{path} has one class only, “{class}”. A classifier needs two; choose the folder above it?")},
    {MessageCode::ClassCountMismatch, QT_TRANSLATE_NOOP("Sentences", "The data have {classes} classes, but the model has {outputs} outputs. Fine-tune with a new head.")},
    {MessageCode::ClassesUnmapped, QT_TRANSLATE_NOOP("Sentences", "The model has no output for these classes: {classes}. Fine-tune with a new head, or map them in dataset.yaml.")},
    {MessageCode::PicturesUnreadable, QT_TRANSLATE_NOOP("Sentences", "{count} of {total} samples can't be read, too many to go on: {files}. Replace or delete them.")},
    {MessageCode::PicturesSkipped, QT_TRANSLATE_NOOP("Sentences", "{count} of {total} samples can't be read and were skipped: {files}.")},
    {MessageCode::PreprocessAssumed, QT_TRANSLATE_NOOP("Sentences", "Neither the model nor dataset.yaml says how pixels become the model's input, so {channels} from 0 to 1 without mean and standard deviation was taken. If the model was trained otherwise, its accuracy is wrong; say it under “preprocess” in dataset.yaml.")},
    {MessageCode::PicturesInGray, QT_TRANSLATE_NOOP("Sentences", "The data's pictures are gray and the model takes colour, so the model got the same gray in each channel. If it was made for coloured pictures, what was measured or learnt says little of them.")},
    {MessageCode::PicturesInColour, QT_TRANSLATE_NOOP("Sentences", "The data's pictures have colours and the model takes gray, so the model got their brightness. If it was made for other pictures, what was measured or learnt says little of them.")},
    {MessageCode::FrontEndAssumed, QT_TRANSLATE_NOOP("Sentences", "What becomes of the data at the model's input is stated neither by the model nor, for a model like it, by dataset.yaml, so {described} was taken. If the model was trained otherwise, its results are wrong; say it under “preprocess” in dataset.yaml.")},
    {MessageCode::BeforeHasOtherClasses, QT_TRANSLATE_NOOP("Sentences", "The model before has {outputs} outputs and the data have {classes} classes, so its accuracy was not measured on them and there is nothing to compare the new head with.")},
    {MessageCode::BeforeLacksClasses, QT_TRANSLATE_NOOP("Sentences", "The model before has no output for the classes {classes}, so its accuracy was not measured on these data and there is nothing to compare the new head with.")},
    {MessageCode::AnomalyKindMissing, QT_TRANSLATE_NOOP("Sentences", "The {split} split doesn't hold both normal samples and anomalies, so the reconstruction error was measured in place of the AUC. Put both into it.")},
    {MessageCode::TargetCountMismatch, QT_TRANSLATE_NOOP("Sentences", "The data have {targets} numbers to predict for each sample and the model has {outputs} outputs. Fine-tune it with a new head, or use the data that the model was made for.")},
    {MessageCode::BeforeHasOtherTargets, QT_TRANSLATE_NOOP("Sentences", "The model before has {outputs} outputs and the data have {targets} numbers to predict, so its error was not measured on them and there is nothing to compare the new head with.")},
    {MessageCode::OutputUnlikeInput, QT_TRANSLATE_NOOP("Sentences", "The model's output {output} has another shape than its input {input}, so it reconstructs nothing. Detect anomalies with an autoencoder.")},
    {MessageCode::LabelsMissingForBound, QT_TRANSLATE_NOOP("Sentences", "{path} holds no labels, so no loss of accuracy can be bounded there. Leave the bound out, or say which share of the MACs, how many bytes or how much time may be spent on layers in float.")},
    {MessageCode::LabelsMissing, QT_TRANSLATE_NOOP("Sentences", "{path} holds no labels, so nothing can be learnt or counted by them. A model can learn from another's answers, and be compared with the one that it was made from.")},
    {MessageCode::InputsMadeUp, QT_TRANSLATE_NOOP("Sentences", "No data were given, so the model and its reference were compared on {inputs} made-up inputs (random numbers, seed {seed}), which say little of real ones. Data without labels will do.")},
    {MessageCode::ReferenceUnlike, QT_TRANSLATE_NOOP("Sentences", "The model can't be compared with its reference ({detail}). Give the model that it was made from.")},
    {MessageCode::OutputsNotCompared, QT_TRANSLATE_NOOP("Sentences", "These outputs were left out, since they hold text or have another size than the reference's: {outputs}.")},
    {MessageCode::PreprocessingInside, QT_TRANSLATE_NOOP("Sentences", "{path} takes raw bytes already, its preprocessing is written into it. Use it as it is.")},
    {MessageCode::PreprocessingUnknown, QT_TRANSLATE_NOOP("Sentences", "Neither {path} nor the data say how raw data become its input. State it under “preprocess” in dataset.yaml.")},
    {MessageCode::PreprocessingNotWritable, QT_TRANSLATE_NOOP("Sentences", "This preprocessing can't be written into a model ({detail}). Do it before the model, as now.")},
    {MessageCode::TaskUnsupported, QT_TRANSLATE_NOOP("Sentences", "{path} is for the task “{task}”, which Hone doesn't do. It does classification, regression and anomaly detection, and compares any model with its original.")},
    // steps
    {MessageCode::RatioOutOfRange, QT_TRANSLATE_NOOP("Sentences", "{ratio} is no share of channels to remove. Choose more than 0 and less than 1.")},
    {MessageCode::NothingToPrune, QT_TRANSLATE_NOOP("Sentences", "Nothing can be pruned here: {detail}. Let more leave or keep less, or choose another model.")},
    {MessageCode::TargetUnreachable, QT_TRANSLATE_NOOP("Sentences", "The {what} can't come down to {wanted}. The smallest that can be reached is {reachable} ({detail}). Ask for no less than that.")},
    {MessageCode::TargetMetAlready, QT_TRANSLATE_NOOP("Sentences", "The {what} is {present}, which meets the target of {wanted} already, so nothing was removed.")},
    {MessageCode::SplitNotFaster, QT_TRANSLATE_NOOP("Sentences", "MACs are {macs} % of what they were but latency is {latency} %: two calls in place of one can cost what their MACs save. A rank of a multiple of 8 or 16 may help, or keeping more energy, which splits fewer layers. Ranks that fit the processor badly: {layers}.")},
    {MessageCode::LatencyNotFalling, QT_TRANSLATE_NOOP("Sentences", "MACs are {macs} % of what they were but latency is {latency} %. Layers whose channel counts fit the processor badly, where rounding to 8 or 16 channels may help: {layers}.")},
    {MessageCode::SensitivityInvalid, QT_TRANSLATE_NOOP("Sentences", "{path} is no sensitivity file ({detail}). Measure it again.")},
    {MessageCode::SensitivityForeign, QT_TRANSLATE_NOOP("Sentences", "{path} was measured on another model than {model}. Measure this one.")},
    {MessageCode::TeacherUnlike, QT_TRANSLATE_NOOP("Sentences", "The teacher doesn't fit the student: {detail}. Take one with the same inputs and outputs.")},
    {MessageCode::NothingToFactorize, QT_TRANSLATE_NOOP("Sentences", "No layer gets smaller by being split into two: {detail}. Ask for less energy or a lower rank, or prune channels instead.")},
    {MessageCode::NothingToSparsify, QT_TRANSLATE_NOOP("Sentences", "There are no weights that could become zero: {detail}. Use a model with convolutions or matrix products.")},
    {MessageCode::ZerosNotFaster, QT_TRANSLATE_NOOP("Sentences", "Zeros among the weights make the compressed file smaller, not the model faster: ONNX Runtime still computes all {macs} MACs ({latencyBefore} ms before, {latencyAfter} ms after). Prune channels for speed.")},
    {MessageCode::LayerUnknown, QT_TRANSLATE_NOOP("Sentences", "The model has no layer {layer}. Similar ones: {similar}.")},
    {MessageCode::AlreadyQuantized, QT_TRANSLATE_NOOP("Sentences", "{path} is quantized already. Quantize the build that it was made from.")},
    {MessageCode::NothingToQuantize, QT_TRANSLATE_NOOP("Sentences", "Nothing can be quantized here: {detail}. Choose a model with convolutions or matrix products.")},
    {MessageCode::CalibrationEmpty, QT_TRANSLATE_NOOP("Sentences", "{path} has no samples to find value ranges with. Add some to the training or validation split.")},
    {MessageCode::CalibrationTooSmall, QT_TRANSLATE_NOOP("Sentences", "{samples} sample says little about all others. Calibrate with at least {needed}, and have as many in the training split.")},
    {MessageCode::CalibrationNotFinite, QT_TRANSLATE_NOOP("Sentences", "On these samples, {value} held something that is no number or infinite. Look for the sample or the layer that does it on the Model page; nothing was written.")},
    {MessageCode::ConstantInside, QT_TRANSLATE_NOOP("Sentences", "What {layers} computes is the same number in all samples, so it says nothing and its range is that number's alone. If other data would tell more, calibrate with them; else prune it or keep it in float.")},
    {MessageCode::CalibrationConstant, QT_TRANSLATE_NOOP("Sentences", "The input {value} is the same number in all samples, so no range can be found. Look at the data and their preprocessing.")},
    {MessageCode::OpsetNotRaised, QT_TRANSLATE_NOOP("Sentences", "Quantizing needs opset {needed}, and these operators of the model's opset {opset} can't be carried over: {operators}. Export the model again with opset {needed} or later.")},
    {MessageCode::NotQuantized, QT_TRANSLATE_NOOP("Sentences", "{path} has nothing on integers in it, and a file in half precision hasn't either. Choose a quantized build, and the float one that it was made from.")},
    {MessageCode::AdviceDivergence, QT_TRANSLATE_NOOP("Sentences", "The answers part at {layer}, whose signal-to-noise ratio is {snr} dB behind {before} dB. Most of the noise up to there comes from {source} ({alone} dB by itself).")},
    {MessageCode::AdviceNoisiest, QT_TRANSLATE_NOOP("Sentences", "The most noise by itself comes from {layer} ({alone} dB, {snr} dB with what came before).")},
    {MessageCode::AdviceSaturates, QT_TRANSLATE_NOOP("Sentences", "{share} % of the values of {layer} lie outside of its range and are cut off. Calibrate on more samples or by smallest and largest value, or keep it in float.")},
    {MessageCode::AdviceOutliers, QT_TRANSLATE_NOOP("Sentences", "The largest value of {layer} is {ratio} times what 99.9 % of its values stay below, so that they share {used} % of the steps. Choose ranges that leave outliers out.")},
    {MessageCode::AdviceChannelRanges, QT_TRANSLATE_NOOP("Sentences", "The widest channel of {layer} takes {ratio} times the range of the usual one, so that most channels have few steps. Equalizing layers evens them out.")},
    {MessageCode::AdvicePerChannel, QT_TRANSLATE_NOOP("Sentences", "The weights of {layer} share one scale though their channels differ by a factor of {ratio} ({count} such layers). Quantize with one scale a channel.")},
    {MessageCode::AdviceKeepFloat, QT_TRANSLATE_NOOP("Sentences", "With {layers} in float ({count} of its layers) it takes {latency} ms, against {quantized} ms as it is and {float} ms of the float model.")},
    {MessageCode::AdviceNoFasterMix, QT_TRANSLATE_NOOP("Sentences", "It takes {quantized} ms, the float model {float} ms, and no mix of float and integer layers that was tried here is faster than either. Deploy the float model, or measure on the device itself.")},
    {MessageCode::AdviceDepthwise, QT_TRANSLATE_NOOP("Sentences", "{count} depthwise convolutions take longer on integers ({quantized} µs) than in float ({float} µs), since they have few products for each value that is moved. Keep them in float: {layers}.")},
    {MessageCode::AdviceConversions, QT_TRANSLATE_NOOP("Sentences", "{share} % of the time ({microseconds} µs) goes into bringing values from one form into another. Keep layers on both sides of a change in the same form: {layers}.")},
    {MessageCode::AdviceNoDotProducts, QT_TRANSLATE_NOOP("Sentences", "This processor ({processor}) has no 8-bit dot products, so integers gain little here. Measure on the device itself.")},
    {MessageCode::AdviceOtherRange, QT_TRANSLATE_NOOP("Sentences", "Give {layers} other ranges, or keep them in float.")},
    {MessageCode::AdviceStaticForNoise, QT_TRANSLATE_NOOP("Sentences", "The layers of a dynamic file can't be chosen. Calibrated, {layers} can be given other ranges or be kept in float.")},
    {MessageCode::AdviceMoreBits, QT_TRANSLATE_NOOP("Sentences", "Give the weights smaller blocks, or 8 bits.")},
    {MessageCode::AdviceStatic, QT_TRANSLATE_NOOP("Sentences", "What its layers read is put onto a grid anew in every run, and {quantized} ms are what that takes, against {float} ms of the float model. Calibrate it: the ranges are in the file then.")},
    {MessageCode::AdviceUnsigned, QT_TRANSLATE_NOOP("Sentences", "ONNX Runtime's kernels for int8 activations are slower than those for uint8 on this processor. Take unsigned activations.")},
    {MessageCode::LayersUnmatched, QT_TRANSLATE_NOOP("Sentences", "Only {compared} of {total} layers could be compared, since the other values have other names than in the float model. Choose the float file that the quantizing tool itself read.")},
    {MessageCode::AdviceNothing, QT_TRANSLATE_NOOP("Sentences", "Nothing stands out: no layer's error, range or time asks for a change.")},
    {MessageCode::ReducedWeightRange, QT_TRANSLATE_NOOP("Sentences", "This processor ({processor}) has no 8-bit dot products that add up exactly, so weights were given 7 bits. A device that has them could do slightly better.")},
    {MessageCode::CurvesMeasuredOtherwise, QT_TRANSLATE_NOOP("Sentences", "The curves in {path} were measured with channels chosen by {curves}, and are pruned by with channels chosen by {step}. What they say holds where both are the same.")},
    {MessageCode::SchemeNotRun, QT_TRANSLATE_NOOP("Sentences", "The file has the form that {runtime} takes. It was not run in that runtime, and its figures are ONNX Runtime's.")},
    {MessageCode::SchemeRefuses, QT_TRANSLATE_NOOP("Sentences", "{runtime} would refuse {layer}: {reason}. Keep it in float or choose another scheme.")},
    {MessageCode::SchemeRunsInFloat, QT_TRANSLATE_NOOP("Sentences", "{runtime} would run {layer} in float: {reason}. That costs speed there, not accuracy.")},
    {MessageCode::WeightsForSize, QT_TRANSLATE_NOOP("Sentences", "{layers} layers have {bits}-bit weights in the file and are computed in float. That makes the file smaller, not the model faster.")},
    {MessageCode::BeyondHalf, QT_TRANSLATE_NOOP("Sentences", "Numbers beyond 65504, the most that half precision holds, keep these in float32: {layers}.")},
    {MessageCode::FlushedToZero, QT_TRANSLATE_NOOP("Sentences", "{count} weights are too small for half precision and became 0. Compare the accuracy before using the file.")},
    {MessageCode::ConstantsFolded, QT_TRANSLATE_NOOP("Sentences", "Nodes that only compute constants became constants ({count}).")},
    {MessageCode::NoOpsDropped, QT_TRANSLATE_NOOP("Sentences", "Nodes that do nothing were left out ({count}).")},
    {MessageCode::NormalizationFolded, QT_TRANSLATE_NOOP("Sentences", "Batch normalizations were folded into the layers before them ({count}).")},
    {MessageCode::NormalizationInserted, QT_TRANSLATE_NOOP("Sentences", "Batch normalization was put behind layers for training ({count}) and folded into them again afterwards.")},
    {MessageCode::UnusedRemoved, QT_TRANSLATE_NOOP("Sentences", "Nodes and weights that nothing reads were left out ({count}).")},
    {MessageCode::BatchFreed, QT_TRANSLATE_NOOP("Sentences", "The model took batches of {batch} only, it now takes any.")},
    {MessageCode::BatchStaysFixed, QT_TRANSLATE_NOOP("Sentences", "The model takes batches of {batch} only, as before: {detail}.")},
    {MessageCode::LossNotFinite, QT_TRANSLATE_NOOP("Sentences", "Training went astray in epoch {epoch}, batch {batch}: the first value that is no longer a number is {value} of the layer {layer}. Lower the learning rate, or limit the gradients' norm.")},
    {MessageCode::TrainingWentBack, QT_TRANSLATE_NOOP("Sentences", "Training went astray in epoch {epoch}, batch {batch}: the first value that is no longer a number is {value} of the layer {layer}. It stopped there; the weights of epoch {kept} are kept.")},
    {MessageCode::TrainingResumed, QT_TRANSLATE_NOOP("Sentences", "Went on from the checkpoint of an earlier run that was interrupted, behind epoch {epochs}.")},
    {MessageCode::Bf16Unavailable, QT_TRANSLATE_NOOP("Sentences", "This processor ({processor}) has no bf16 arithmetic, so training ran in float32.")},
    {MessageCode::CudaMissing, QT_TRANSLATE_NOOP("Sentences", "This LibTorch ({version}) has no CUDA. Train on the processor, or build Hone with a LibTorch that has it.")},
    {MessageCode::CudaNoDevice, QT_TRANSLATE_NOOP("Sentences", "LibTorch {version} has CUDA, but finds no graphics processor. Look at its driver, or train on the processor.")},
    {MessageCode::FeaturesOfPasses, QT_TRANSLATE_NOOP("Sentences", "The frozen body ran once over each of {passes} augmented passes, and the epochs take turns with what it gave.")},
    {MessageCode::FeaturesNotKept, QT_TRANSLATE_NOOP("Sentences", "What the frozen body gives would take {megabytes} MB, so it ran anew in every epoch.")},
    {MessageCode::FeaturesMixed, QT_TRANSLATE_NOOP("Sentences", "MixUp and CutMix mix pictures, so the frozen body ran anew in every epoch.")},
    {MessageCode::StepUnsupported, QT_TRANSLATE_NOOP("Sentences", "This version of Hone has no step “{step}”. Update Hone, or remove the step.")},
    {MessageCode::RecipeInvalid, QT_TRANSLATE_NOOP("Sentences", "{path}, line {line}: {detail}. Correct the recipe and try again.")},
    {MessageCode::ArchitectureUnknown, QT_TRANSLATE_NOOP("Sentences", "There is no architecture “{name}”. Choose one of {known}.")},
    // projects
    {MessageCode::ProjectNotFound, QT_TRANSLATE_NOOP("Sentences", "There is no Hone project in {path}. Choose another folder, or make a new project there.")},
    {MessageCode::ProjectExists, QT_TRANSLATE_NOOP("Sentences", "{path} holds a project already. Open it, or choose an empty folder.")},
    {MessageCode::ProjectInvalid, QT_TRANSLATE_NOOP("Sentences", "The project in {path} is damaged: {detail}. Take project.json from a backup.")},
    {MessageCode::ProjectNewer, QT_TRANSLATE_NOOP("Sentences", "The project in {path} was written by a newer Hone (form {schema}; this one knows {known}). Update Hone.")},
    {MessageCode::ProjectLocked, QT_TRANSLATE_NOOP("Sentences", "Another Hone is writing to {path}. Wait a moment and try again.")},
    {MessageCode::BuildUnknown, QT_TRANSLATE_NOOP("Sentences", "There is no build “{build}”. There are: {available}.")},
    {MessageCode::BuildDamaged, QT_TRANSLATE_NOOP("Sentences", "The build “{build}” is damaged and left out: {detail}. Make it again from its recipe.")},
    // devices
    {MessageCode::DeviceAddressInvalid, QT_TRANSLATE_NOOP("Sentences", "“{address}” is not an address. Write user@host or user@host:port.")},
    {MessageCode::DeviceUnreachable, QT_TRANSLATE_NOOP("Sentences", "{host} can't be reached on port {port}: {reason}. Is it switched on and in this network?")},
    {MessageCode::DeviceAuthenticationFailed, QT_TRANSLATE_NOOP("Sentences", "{host} doesn't let {user} in; it accepts {methods}. Choose another key, or put yours on the device.")},
    {MessageCode::IdentityUnreadable, QT_TRANSLATE_NOOP("Sentences", "The key {path} can't be used: {reason}. Choose another key file.")},
    {MessageCode::HostKeyUnknown, QT_TRANSLATE_NOOP("Sentences", "{host} is not known yet. Its key is {fingerprint}: compare it with the device's, then accept it.")},
    {MessageCode::HostKeyChanged, QT_TRANSLATE_NOOP("Sentences", "{host} shows another key than before ({fingerprint}). If the device was set up anew, remove its line from {knownHosts}; if not, don't connect.")},
    {MessageCode::HostKeyNotAccepted, QT_TRANSLATE_NOOP("Sentences", "{host} shows the key {fingerprint}, not {accepted}, which was accepted. Check the address and the device.")},
    {MessageCode::DeviceBusy, QT_TRANSLATE_NOOP("Sentences", "{holder} is deploying to {host} right now. Wait until that has ended and try again.")},
    {MessageCode::DeviceConnectionLost, QT_TRANSLATE_NOOP("Sentences", "The connection to {host} broke off while {during}. The device still runs what it ran; try again.")},
    {MessageCode::DeviceNoSpace, QT_TRANSLATE_NOOP("Sentences", "{host} has too little room in {path}: {neededBytes} bytes needed, {freeBytes} free. Delete something there.")},
    {MessageCode::DeviceUnsupported, QT_TRANSLATE_NOOP("Sentences", "{host} is a {architecture} with {os}, for which Hone has no runner. Use a 64-bit Linux device.")},
    {MessageCode::DeviceCommandFailed, QT_TRANSLATE_NOOP("Sentences", "“{command}” failed on {host}: {detail}. The device still runs what it ran.")},
    {MessageCode::DeviceVerificationFailed, QT_TRANSLATE_NOOP("Sentences", "{file} arrived at {host} with other contents than it was sent with. The device still runs what it ran; try again.")},
    {MessageCode::DeviceSmokeRunFailed, QT_TRANSLATE_NOOP("Sentences", "The model doesn't run on {host}: {detail}. The device still runs what it ran.")},
    {MessageCode::RunnerMissing, QT_TRANSLATE_NOOP("Sentences", "Hone's runner for {architecture} is not at {path}. Build or install it for that architecture.")},
    {MessageCode::SshServerMissing, QT_TRANSLATE_NOOP("Sentences", "The sample's own SSH server can't start: {detail}. Install openssh-server.")},
};
// clang-format on

} // namespace

const char* sentenceSource(MessageCode code)
{
    for (const Entry& entry : table)
        if (entry.code == code)
            return entry.source;
    return nullptr;
}

QString sentence(const Message& message)
{
    const char* source = sentenceSource(message.code);
    if (!source)
        return QString::fromStdString(std::string(name(message.code)));
    const QString translated = QCoreApplication::translate("Sentences", source);
    return QString::fromStdString(fillSentence(translated.toStdString(), message.arguments));
}

} // namespace hone::studio
