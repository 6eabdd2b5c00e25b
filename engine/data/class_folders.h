// SPDX-License-Identifier: GPL-3.0-or-later
// Folders of files that are a sample each (or a recording each): one folder a class, in one folder a split or in none. Internal to this
// room.
#pragma once

#include "data/dataset_contents.h"
#include "data/dataset_yaml.h"

#include <span>
#include <string_view>

namespace hone
{

std::span<const std::string_view> pictureExtensions();
std::span<const std::string_view> soundExtensions();     // wav first; the others can't be read, and are named rather than passed over
std::span<const std::string_view> recordingExtensions(); // csv, tsv, npy, npz

std::string lowerCase(std::string_view text);
std::string extensionOf(std::string_view fileName); // "wav" of "a.WAV"
// Of a folder or the first part of a file's name: train or training; val, valid or validation; test or testing; in any case.
std::optional<Split> splitOfFolder(const std::string& name);
std::vector<std::string> foldersIn(const std::filesystem::path& folder); // sorted, without those that begin with "." or "__"

// Lists the files of an extension by what dataset.yaml states or, without it, by looking:
// - folders with a split's name, of which one at least holds folders, are splits, and the folders in them classes; a split folder
//   without a labelled file is as good as absent;
// - folders with a split's name that hold files only, and no other folders, are splits of unlabelled files;
// - otherwise every folder is a class, and the splits have to be made;
// - files in no folder at all are unlabelled.
// A class's files are those with an extension (in any case) anywhere below its folder, in order of path; links are followed, a
// folder that is reached twice is read once. Names that begin with "." or "__" and every other file are passed over. Class folders
// without a file in any split are no classes. Classes are in order of name (by bytes), or as dataset.yaml lists them.
// Throws Error(DataConfigInvalid, DataEmpty, DataFormatUnknown).
Listing listClassFolders(const std::filesystem::path& folder, const DatasetConfig& config, std::span<const std::string_view> extensions);

// Which kind of files most of the folder's first thousand or so are, below it as far as class folders in split folders go; pictures
// where there are none.
SampleKind kindOfFiles(const std::filesystem::path& folder);

} // namespace hone
