// The owner of a mapping by its name, inode and neighbours, where no claim covers it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "kernel/mappings/program_files.h"
#include "kernel/mappings/smaps.h"
#include "ledger/owner.h"
#include "process/process_view.h"

namespace nmtx {

// The kind of a mapped file, by its path.
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
// file is executable.
FileKind file_kind(std::string_view name, bool executed, std::string_view java_home);
// "file/native library/bss"
std::string path_of_bss(FileKind kind);

// Goes through the mappings in address order once.
class MappingOwners {
  public:
    MappingOwners(const ProcessView& view, Owners& owners);
    // Mappings must be passed in ascending order, each once.
    Claim next(const Mapping& mapping);

  private:
    Claim of_file(const Mapping& mapping);
    Claim of_anonymous(const Mapping& mapping);

    Owners& owners_;
    std::string_view java_home_;
    std::string headerless_;  // allocators without headers that we know
    bool glibc_serves_ = true;
    ProgramFiles programs_;
    std::string_view last_name_;  // of the last file mapping, and its kind
    Claim last_file_;
    FileKind last_kind_ = FileKind::data;
    const Mapping* last_ = nullptr;  // the last mapping passed
};

// "/usr/lib/jvm/java-17-openjdk-amd64" for a libjvm.so below it; empty where none is mapped.
std::string_view java_home_of(const Smaps& smaps);

}  // namespace nmtx
