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
        {Code::ModelInputUnsupported, "The model's input is not a picture ({detail}); use a model with one input of shape [N, C, H, W] or [N, H, W, C]."},
        {Code::ModelOutputUnsupported, "The model's output is not one score a class ({detail}); use a classifier."},
        {Code::NotTrainable, "The model can't be trained ({detail}); evaluate, prune without fine-tuning and quantize it, or export it with its last layer."},
        // data
        {Code::DataNotFound, "There is no data folder {path}; check the path."},
        {Code::DataFormatUnknown, "{path} holds no data that Hone knows; put pictures into one folder a class, or IDX or CIFAR binary files there."},
        {Code::DataConfigInvalid, "{path} is not valid ({detail}); correct it."},
        {Code::DataEmpty, "{path} holds no pictures for the {split} split; add pictures to one folder a class, at least three a class, or name the splits in dataset.yaml."},
        {Code::SplitMissing, "{path} has no {split} split, it has {available}; add pictures, at least three a class, put some into a folder named {split}, or name the splits in dataset.yaml."},
        {Code::SingleClass, "{path} holds only the class '{class}'; a classifier needs pictures of at least two, in one folder each."},
        {Code::ClassCountMismatch, "The data have {classes} classes, the model has {outputs} outputs; fine-tune with --head replace, or use the data that the model was made for."},
        {Code::ClassesUnmapped, "The model has no output for the classes {classes}; name their outputs under 'classes' in dataset.yaml, or fine-tune with --head replace."},
        {Code::PicturesUnreadable, "{count} of {total} pictures can't be read, too many to go on, so nothing was made: {files}; mend or remove them."},
        {Code::PicturesSkipped, "{count} of {total} pictures can't be read and were left out: {files}."},
        {Code::PreprocessAssumed, "Neither the model nor dataset.yaml says how pixels become the model's input, so {channels} from 0 to 1 without mean and std was taken; if the model was trained otherwise, its accuracy is wrong: say it under 'preprocess' in dataset.yaml."},
        {Code::BeforeHasOtherClasses, "The model before has {outputs} outputs and the data have {classes} classes, so its accuracy was not measured on them and there is nothing to compare the new head with."},
        {Code::BeforeLacksClasses, "The model before has no output for the classes {classes}, so its accuracy was not measured on these data and there is nothing to compare the new head with."},
        {Code::TaskUnsupported, "{path} is for the task '{task}', which Hone doesn't do; use data for classification."},
        // steps
        {Code::RatioOutOfRange, "--ratio doesn't take {ratio}; it takes a number from 0 to below 1."},
        {Code::NothingToPrune, "There are no channels that could be removed ({detail}); choose a higher ratio or another model."},
        {Code::LayerUnknown, "The model has no layer '{layer}'; the nearest names are: {similar}."},
        {Code::AlreadyQuantized, "{path} is quantized already; take the build that it was made from."},
        {Code::NothingToQuantize, "There is nothing to quantize ({detail}); use a model with convolutions or matrix products in float32."},
        {Code::CalibrationEmpty, "{path} has no pictures to calibrate with; add a train or a validation split."},
        {Code::OpsetNotRaised, "Quantizing needs opset {needed}, and these operators of the model's opset {opset} can't be carried over: {operators}; export the model again with opset {needed} or later."},
        {Code::ReducedWeightRange, "This processor ({processor}) has no 8-bit dot products that add up exactly, so weights were given 7 bits; a device with them could do slightly better."},
        {Code::LossNotFinite, "Training went astray in epoch {epoch}, batch {batch}: the loss is no number any more; use a lower --lr."},
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
