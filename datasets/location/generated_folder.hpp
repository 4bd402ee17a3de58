// Generated folders: marked as such, and there whole or not at all. Used by every generator and by location.cpp.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <string>

namespace vbench {

/// Marks a generated folder; only marked folders are ever replaced.
inline constexpr const char* kMarkerFile = "SYNTHETIC.json";

/// Raised whenever the same options give other data: a cached stand-in of another version is not used.
inline constexpr int kGeneratorVersion = 1;

/// Calls `write(temporary)` with a new folder beside `target`, then renames it onto `target`. Removes the temporary one if `write` throws.
/// @throws Error kInput if `target` is a file, or holds something that was not generated
void replace_generated_folder(const std::filesystem::path& target, const std::function<void(const std::filesystem::path&)>& write);

/// All that was written into the folder is on disk after this. One call: syncing each of some hundred files takes longer than making them.
/// @throws Error kInput
void sync_file_system(const std::filesystem::path& folder);

/// What the marker says: who made the folder from what.
void write_marker(const std::filesystem::path& folder, const std::string& dataset, uint64_t seed, const std::string& annotations,
                  const std::map<std::string, std::string>& options);

}  // namespace vbench
