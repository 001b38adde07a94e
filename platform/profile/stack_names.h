// From unwound stacks to nodes of a profile: native frames get the symbols of their files, and how a stack
// ended becomes a remark at its start.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "platform/profile/unwound_batch.h"
#include "platform/symbols/live_files.h"
#include "profile/profile_builder.h"

namespace nmtx {

class StackNames {
  public:
    // Both must outlive it.
    StackNames(const ProcessFiles& process, ProfileBuilder& builder) : process_(process), builder_(builder) {}

    // A node for each stack of the batch. `code`: what it was unwound by. Fails where a frame lies in none of
    // it: then what unwound it is wrong.
    Expected<std::vector<std::uint32_t>> nodes_of(const UnwoundBatch& batch,
                                                  std::span<const MappedFile> code);

  private:
    std::uint32_t mark(const char* text);
    std::optional<std::uint32_t> site_of(const UnwoundBatch::Frame& frame, std::span<const MappedFile> code);
    std::uint32_t native_site(const MappedFile& file, Address at);

    const ProcessFiles& process_;
    ProfileBuilder& builder_;
    std::string mapped_;                                             // which code the names are of
    std::unique_ptr<LiveFiles> files_;                               // of these mappings
    std::unordered_map<std::uint64_t, std::uint32_t> native_sites_;  // by address
};

}  // namespace nmtx
