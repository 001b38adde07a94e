// The owner of a mapping by its own name, inode and neighbours, for what no claim covers.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "kernel/mappings/program_files.h"
#include "kernel/mappings/smaps.h"
#include "ledger/owner.h"
#include "process/process_view.h"

namespace nmtx {

// What a mapped file is, by its path.
enum class FileKind {
    jvm_library,
    native_library,
    jar_or_jimage,
    cds_archive,
    memfd,
    shared_memory,
    deleted,
    device,
    data
};
// `java_home`: the folder above lib/…/libjvm.so, empty where there is none; `executed`: some mapping of the
// file may be executed.
FileKind file_kind(std::string_view name, bool executed, std::string_view java_home);
// "file/native library/bss"
std::string path_of_bss(FileKind kind);

// Goes through the mappings in address order once.
class MappingOwners {
  public:
    MappingOwners(const ProcessView& view, Owners& owners);
    // Mappings must be asked in ascending order, each once.
    Claim next(const Mapping& mapping);

  private:
    Claim of_file(const Mapping& mapping);
    Claim of_anonymous(const Mapping& mapping);

    Owners& owners_;
    std::string_view java_home_;
    std::string headerless_;  // allocators whose memory has no header that we know
    bool glibc_serves_ = true;
    ProgramFiles programs_;
    std::string_view last_name_;  // of the last file mapping, and what it is
    Claim last_file_;
    FileKind last_kind_ = FileKind::data;
    const Mapping* last_ = nullptr;  // the mapping asked last
};

// "/usr/lib/jvm/java-17-openjdk-amd64" for a libjvm.so below it; empty where none is mapped.
std::string_view java_home_of(const Smaps& smaps);

}  // namespace nmtx
