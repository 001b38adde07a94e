#include "ledger/mapping_owner.h"

#include <algorithm>
#include <array>

#include "base/paths.h"
#include "ledger/allocators.h"
#include "ledger/owner_paths.h"

namespace nmtx {
namespace {

struct FilePath {
    FileKind kind;
    std::string_view path;
};
// The JVM's own libraries, for texts that have no paths (pmap without -p).
constexpr std::array<std::string_view, 44> jvm_libraries{
    "libjvm.so",
    "libjava.so",
    "libjli.so",
    "libjimage.so",
    "libzip.so",
    "libnio.so",
    "libnet.so",
    "libextnet.so",
    "libverify.so",
    "libinstrument.so",
    "libmanagement.so",
    "libjdwp.so",
    "libmanagement_ext.so",
    "libprefs.so",
    "libattach.so",
    "libmanagement_agent.so",
    "libjsig.so",
    "libj2gss.so",
    "libj2pcsc.so",
    "libj2pkcs11.so",
    "libj2krb5.so",
    "libsctp.so",
    "librmi.so",
    "libsaproc.so",
    "libdt_socket.so",
    "libawt.so",
    "libawt_headless.so",
    "libawt_xawt.so",
    "libfontmanager.so",
    "libjawt.so",
    "libfreetype.so",
    "liblcms.so",
    "libmlib_image.so",
    "libjavajpeg.so",
    "libjsound.so",
    "libsplashscreen.so",
    "libjaas.so",
    "libjaas_unix.so",
    "libsunec.so",
    "libhprof.so",
    "libnpt.so",
    "libunpack.so",
    "libsyslookup.so",
    "libjsvml.so",
};

bool is_jvm_library(std::string_view base) {
    return std::find(jvm_libraries.begin(), jvm_libraries.end(), base) != jvm_libraries.end();
}

constexpr std::array file_paths{
    FilePath{FileKind::jvm_library, owner_path::jvm_library},
    FilePath{FileKind::native_library, owner_path::native_library},
    FilePath{FileKind::jar_or_jimage, owner_path::jar_or_jimage},
    FilePath{FileKind::cds_archive, owner_path::cds_archive},
    FilePath{FileKind::memfd, owner_path::memfd},
    FilePath{FileKind::shared_memory, owner_path::shared_memory},
    FilePath{FileKind::deleted, owner_path::deleted_file},
    FilePath{FileKind::device, owner_path::device},
    FilePath{FileKind::data, owner_path::mapped_data},
};

std::string_view path_of(FileKind kind) {
    for (const FilePath& entry : file_paths) {
        if (entry.kind == kind) return entry.path;
    }
    return owner_path::mapped_data;
}

}  // namespace

std::string path_of_bss(FileKind kind) {
    return std::string(path_of(kind)) + "/bss";
}

FileKind file_kind(std::string_view printed_name, bool executed, std::string_view java_home) {
    const std::string_view name = without_deleted_mark(printed_name);
    if (name.starts_with("/memfd:")) return FileKind::memfd;
    if (name.starts_with("/SYSV") || name.starts_with("/dev/shm/") || name == "/dev/zero")
        return FileKind::shared_memory;
    const bool of_jvm = !java_home.empty() && name.starts_with(java_home) && name.size() > java_home.size() &&
                        name[java_home.size()] == '/';
    // No path, but a JVM: the names decide.
    if (!java_home.empty() && name.find('/') == std::string_view::npos) {
        if (is_jvm_library(name)) return FileKind::jvm_library;
        if (name == "java" && executed) return FileKind::jvm_library;
        if (name == "modules") return FileKind::jar_or_jimage;
    }
    if (is_shared_object(base_name(name))) return of_jvm ? FileKind::jvm_library : FileKind::native_library;
    if (!java_home.empty() && name.ends_with(".jsa")) return FileKind::cds_archive;
    const std::string_view base = base_name(name);
    for (const std::string_view ending : {".jar", ".zip", ".war", ".ear", ".jmod", ".jimage"}) {
        if (base.ends_with(ending)) return FileKind::jar_or_jimage;
    }
    if (of_jvm && name.substr(java_home.size()) == "/lib/modules") return FileKind::jar_or_jimage;
    if (of_jvm && name.substr(java_home.size()).starts_with("/bin/")) return FileKind::jvm_library;
    if (executed) return FileKind::native_library;
    if (name.starts_with("/dev/") || name.starts_with("anon_inode:") || name.starts_with("socket:"))
        return FileKind::device;
    if (name.size() != printed_name.size()) return FileKind::deleted;
    return FileKind::data;
}

std::string_view java_home_of(const Smaps& smaps) {
    for (const Mapping& mapping : smaps.mappings) {
        if (!mapping.of_file() || base_name(without_deleted_mark(mapping.name)) != "libjvm.so") continue;
        const std::string_view name = without_deleted_mark(mapping.name);
        // …/lib/server/libjvm.so, on 8 …/jre/lib/amd64/server/libjvm.so: all of the JDK counts as the JVM's.
        std::size_t at = name.rfind("/jre/lib/");
        if (at == std::string_view::npos) at = name.rfind("/lib/");
        if (at == std::string_view::npos) at = name.rfind('/');
        // pmap prints only last names of files: they only show that there is a JVM.
        return name.substr(0, at);
    }
    return {};
}

MappingOwners::MappingOwners(const ProcessView& view, Owners& owners)
    : owners_(owners),
      java_home_(java_home_of(*view.smaps)),
      headerless_(headerless_allocators(view)),
      glibc_serves_(serving_allocator(view) == "glibc" || serving_allocator(view).empty()),
      programs_(*view.smaps, view.loaded_images) {}

Claim MappingOwners::next(const Mapping& mapping) {
    const Claim claim = mapping.of_file() ? of_file(mapping) : of_anonymous(mapping);
    last_ = &mapping;
    return claim;
}

Claim MappingOwners::of_file(const Mapping& mapping) {
    if (mapping.name != last_name_) {
        last_name_ = mapping.name;
        last_kind_ = file_kind(mapping.name, programs_.executed(mapping), java_home_);
        last_file_ = Claim{owners_.id(path_of(last_kind_)), Evidence::smaps_name, false};
        if (mapping.name.starts_with("/memfd:java_heap") && !java_home_.empty()) {
            last_file_.owner = owners_.id(owner_path::java_heap, "Java Heap");
        } else if (mapping.name.find("/hsperfdata_") != std::string_view::npos && !java_home_.empty()) {
            last_file_.owner = owners_.id(owner_path::internal, "Internal");  // where NMT counts it
        }
    }
    return last_file_;
}

Claim MappingOwners::of_anonymous(const Mapping& mapping) {
    const std::string_view name = mapping.name;
    const auto named = [&](std::string_view path) {
        return Claim{owners_.id(path), Evidence::smaps_name, false};
    };
    if (name.empty()) {
        // Where the size is known it is claimed already (claims_of_bss), and what is left is another's.
        const auto bss = last_ != nullptr ? programs_.bss_behind(*last_, mapping) : std::nullopt;
        if (bss && !bss->known) return {owners_.id(path_of_bss(last_kind_)), Evidence::smaps_shape, true};
        // Memory without another claim is most likely theirs.
        const Protection p = mapping.protection;
        if (!headerless_.empty() && p.read && p.write && !p.execute && !p.shared)
            return {owners_.id(path_below(owner_path::malloc, headerless_)), Evidence::smaps_shape, true};
        return {};
    }
    if (mapping.anonymous_hugetlb()) return named(owner_path::hugetlb);
    if (name == "[heap]") return named(glibc_serves_ ? owner_path::main_arena : owner_path::program_break);
    if (name == "[stack]") return named(owner_path::main_stack);
    if (name == "[vdso]" || name.starts_with("[vvar") || name == "[vsyscall]" || name == "[uprobes]") {
        return named(owner_path::vdso);
    }
    if (name.starts_with("[anon: glibc: malloc arena]")) return named(owner_path::arena);
    if (name.starts_with("[anon: glibc: malloc]")) return named(owner_path::mmapped_chunk);
    if (name.starts_with("[anon: glibc: pthread stack")) return named(owner_path::native_stack);
    if (name.starts_with("[anon:") && name.size() > 7)
        return named(path_below(owner_path::named, name.substr(6, name.size() - 7)));
    return {};
}

}  // namespace nmtx
