// Files that are either whole or not there. Everybody who writes uses this.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace vbench {

/// Replaces `path` by `bytes`: temporary name beside it, fsync, rename. A killed process leaves the old file.
/// @throws Error kInput with the reason (no space, read-only, ...) and the path; the temporary file is removed.
void write_file_atomically(const std::filesystem::path& path, std::string_view bytes);

/// For writers that need a path (HDF5): calls `write(temporary)`, then syncs and renames onto `path`. Removes the temporary file if `write`
/// throws.
void replace_file_atomically(const std::filesystem::path& path, const std::function<void(const std::filesystem::path&)>& write);

/// A symbolic link to `target` in the place of what lies at `link`; the link's folder exists. @throws Error kInput
void replace_link(const std::filesystem::path& link, const std::filesystem::path& target);

/// Removes the temporary files that killed processes left in the folder. Only where nobody else is writing.
void remove_abandoned_files(const std::filesystem::path& folder);

/// For what a user names with --output: known before hours of work, not behind them.
/// @throws Error kInput if it is a folder, or its folder is not there or cannot be written to
void require_writable(const std::filesystem::path& file);

/// Whole file as bytes. @throws Error kInput if it cannot be read or is longer than `limit` bytes.
[[nodiscard]] std::string read_file(const std::filesystem::path& path, uint64_t limit = uint64_t{1} << 32);

/// Paths of what a folder holds, sorted; nothing if there is no such folder. @throws Error kInput if it cannot be listed
[[nodiscard]] std::vector<std::filesystem::path> list_folder(const std::filesystem::path& path);

/// Creates the folder and its parents. @throws Error kInput
void make_folder(const std::filesystem::path& path);

/// Where generated data and indices live: $VBENCH_CACHE, else $XDG_CACHE_HOME/vbench, else ~/.cache/vbench.
[[nodiscard]] std::filesystem::path cache_folder();

}  // namespace vbench
