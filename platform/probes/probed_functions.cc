#include "platform/probes/probed_functions.h"

#include <sys/mman.h>
#include <sys/types.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <string_view>

#include "allocations/probe_point.h"
#include "allocator/allocator_identity.h"
#include "base/paths.h"
#include "platform/proc/mapped_file.h"
#include "platform/symbols/elf_exports.h"
#include "platform/symbols/elf_image.h"
#include "platform/symbols/unwind_files.h"

namespace nmtx {
namespace {

struct Known {
    const char* name;
    SizeArgument size;
    bool returns_address;
    bool frees = false, maps = false;
    const char* symbol = nullptr;  // where it is not the name
    [[nodiscard]] const char* exported() const { return symbol != nullptr ? symbol : name; }
};
// C11 and POSIX; memalign is what many libraries still call.
constexpr std::array<Known, 6> known_functions{{{"malloc", SizeArgument::first, true},
                                                {"calloc", SizeArgument::first_times_second, true},
                                                {"realloc", SizeArgument::second, true},
                                                {"aligned_alloc", SizeArgument::second, true},
                                                {"memalign", SizeArgument::second, true},
                                                {"posix_memalign", SizeArgument::third, false}}};

// C++ 17, in libraries that replace malloc: these do not call it. An alias or a jump to another one is that
// one.
constexpr std::array<Known, 6> known_operators{
    {{"operator new", SizeArgument::first, true, false, false, "_Znwm"},
     {"operator new[]", SizeArgument::first, true, false, false, "_Znam"},
     {"operator new (nothrow)", SizeArgument::first, true, false, false, "_ZnwmRKSt9nothrow_t"},
     {"operator new[] (nothrow)", SizeArgument::first, true, false, false, "_ZnamRKSt9nothrow_t"},
     {"operator new (aligned)", SizeArgument::first, true, false, false, "_ZnwmSt11align_val_t"},
     {"operator new[] (aligned)", SizeArgument::first, true, false, false, "_ZnamSt11align_val_t"}}};

constexpr Known known_free{"free", SizeArgument::first, false, true};
constexpr Known known_mmap{"mmap", SizeArgument::second, true, false, true};

// By the System V ABI for x86-64: rdi, rsi, rdx, rcx, with their DWARF numbers.
constexpr std::size_t first_argument = 5, second_argument = 4, third_argument = 1, fourth_argument = 2;

std::size_t arguments_of(const Known& function) {
    if (function.maps) return 4;  // its flags are the fourth
    return function.size == SizeArgument::third ? 3 : 2;
}

std::optional<std::uint64_t> offset_in_file(const ElfImage& image, std::uint64_t address) {
    for (const FileSegment& segment : image.segments) {
        if (segment.writable || address < segment.address) continue;
        if (address - segment.address < segment.file_bytes)
            return segment.offset + (address - segment.address);
    }
    return std::nullopt;
}

std::vector<std::byte> code_of(int file, std::uint64_t function) {
    std::vector<std::byte> code(32);
    const ssize_t got = ::pread(file, code.data(), code.size(), static_cast<off_t>(function));
    code.resize(static_cast<std::size_t>(std::max<ssize_t>(0, got)));
    return code;
}

// `mapped`: the file, which has it from `begin` on.
void add_function(ProbedAllocator& found, const Known& function, std::span<const std::byte> code,
                  const MappedFile& mapped, std::uint64_t begin) {
    auto at = probe_point(code, arguments_of(function));
    const bool twice = !at;
    if (twice) at = dear_probe_point(code);
    if (!at) return found.left_out.emplace_back(function.name), void();
    const Address address{mapped.first.begin.value + (begin + *at - mapped.offset)};
    found.functions.push_back({function.name, begin + *at, address, function.size, function.returns_address,
                               function.frees, function.maps, twice});
}

// `mapped`: the file, which has them.
void find_functions(ProbedAllocator& found, int file, const MappedFile& mapped,
                    std::span<const Known> wanted) {
    const auto image = read_elf_image(file);
    if (!image) return;
    std::vector<std::string> names;
    names.reserve(wanted.size());
    for (const Known& function : wanted) names.emplace_back(function.exported());
    const auto symbols = find_exports(file, *image, names);
    std::set<std::uint64_t> taken;  // aligned_alloc and memalign may be one function
    for (const Known& function : wanted) {
        const auto symbol = symbols.find(function.exported());
        const auto begin = symbol == symbols.end() ? std::nullopt : offset_in_file(*image, symbol->second);
        if (!begin || !taken.insert(*begin).second) continue;
        const std::vector<std::byte> code = code_of(file, *begin);
        const auto jump = jumps_to(code);
        if (jump && taken.contains(*begin + static_cast<std::uint64_t>(*jump))) continue;
        add_function(found, function, code, mapped, *begin);
    }
}

bool is_c_library(const MappedFile& file) {
    const std::string_view allocator = allocator_of_file(file.path);
    return allocator == "glibc" || allocator == "musl";
}

// mmap is the C library's, whoever has malloc.
void find_mmap(ProbedAllocator& found, const MappedFile& allocator, const ProcessFiles& process,
               std::span<const MappedFile> code) {
    found.own_code.push_back(allocator.first);
    if (is_c_library(allocator)) return find_functions(found, found.file.get(), allocator, {&known_mmap, 1});
    const auto library = std::find_if(code.begin(), code.end(), is_c_library);
    if (library == code.end()) return;
    found.own_code.push_back(library->first);
    found.c_library = open_mapped_file(process, *library);
    if (found.c_library) find_functions(found, found.c_library.get(), *library, {&known_mmap, 1});
}

// Of a thread that calls seldom only the first few are watched.
std::vector<Known> functions_that_allocate(bool with_operators) {
    std::vector<Known> all(known_functions.begin(), known_functions.end());
    if (with_operators) {
        all.insert(all.begin() + 1, known_operators.front());
        all.insert(all.end(), known_operators.begin() + 1, known_operators.end());
    }
    return all;
}

bool has_malloc(const ProbedAllocator& found) {
    return std::any_of(found.functions.begin(), found.functions.end(),
                       [](const ProbedFunction& function) { return function.name == "malloc"; });
}

// A file's code may be in several mappings.
bool is_known(const std::vector<ProbedAllocator>& all, const std::string& path) {
    return std::any_of(all.begin(), all.end(), [&](const ProbedAllocator& one) { return one.path == path; });
}

}  // namespace

std::uint64_t requested_bytes(SizeArgument size, const ProbeRecord& record) {
    const std::uint64_t first = record.registers[first_argument];
    const std::uint64_t second = record.registers[second_argument];
    switch (size) {
        case SizeArgument::first:
            return first;
        case SizeArgument::second:
            return second;
        case SizeArgument::third:
            return record.registers[third_argument];
        case SizeArgument::first_times_second:
            break;
    }
    std::uint64_t product = 0;
    return __builtin_mul_overflow(first, second, &product) ? ~std::uint64_t{0} : product;
}

bool is_memory(const ProbeRecord& record) {
    constexpr std::uint64_t any_use = PROT_READ | PROT_WRITE | PROT_EXEC;
    return (record.registers[fourth_argument] & MAP_ANONYMOUS) != 0 &&
           (record.registers[third_argument] & any_use) != 0;
}

Expected<std::vector<ProbedAllocator>> find_probed_allocators(const ProcessFiles& process, bool frees) {
    const auto maps = process.read_large("maps");
    if (!maps) return tl::make_unexpected(maps.error());
    const auto program = process.link("exe");
    std::vector<ProbedAllocator> all;
    std::string refused;
    std::vector<std::string> unprobed;
    const std::vector<MappedFile> code = mapped_code(*maps);
    for (const MappedFile& file : code) {
        std::string allocator(allocator_of_file(file.path));
        if (allocator.empty() && program && file.path == *program) allocator = "program";
        if (allocator.empty() || is_known(all, file.path)) continue;
        ProbedAllocator found{
            std::move(allocator), file.path, open_mapped_file(process, file), {}, {}, {}, {}, {}};
        if (!found.file) {
            refused = file.path;
            continue;
        }
        const bool replaces = !is_c_library(file) && found.allocator != "program";
        if (replaces) found.only_itself = file.first;
        find_functions(found, found.file.get(), file, functions_that_allocate(replaces));
        if (!has_malloc(found)) {
            if (!found.left_out.empty()) unprobed.push_back("malloc of " + std::string(base_name(file.path)));
            continue;
        }
        find_mmap(found, file, process, code);
        if (frees) find_functions(found, found.file.get(), file, {&known_free, 1});
        all.push_back(std::move(found));
    }
    // Those that replace it come first.
    std::stable_partition(all.begin(), all.end(), [](const ProbedAllocator& one) {
        return one.allocator != "glibc" && one.allocator != "musl";
    });
    for (ProbedAllocator& one : all)
        one.left_out.insert(one.left_out.end(), unprobed.begin(), unprobed.end());
    if (!all.empty()) return all;
    if (!refused.empty())
        return failure(refused, "cannot be opened, so probes cannot be set in it",
                       "run it as root, or with CAP_CHECKPOINT_RESTORE");
    return failure(process.path("maps"), "no mapped file has a malloc that can be probed",
                   "what has grown is shown by: nmtx malloc PID --owners");
}

bool trap_twice(std::span<const ProbedAllocator> allocators) {
    return std::any_of(allocators.begin(), allocators.end(), [](const ProbedAllocator& one) {
        return std::any_of(one.functions.begin(), one.functions.end(),
                           [](const ProbedFunction& function) { return function.traps_twice; });
    });
}

Expected<Range> code_of_jvm(const ProcessFiles& process) {
    const auto maps = process.read_large("maps");
    if (!maps) return tl::make_unexpected(maps.error());
    const std::vector<MappedFile> code = mapped_code(*maps);
    const auto jvm = std::find_if(code.begin(), code.end(), [](const MappedFile& file) {
        std::string_view path = file.path;
        if (path.ends_with(" (deleted)")) path.remove_suffix(10);
        return base_name(path) == "libjvm.so";
    });
    return jvm == code.end() ? Range{} : jvm->first;
}

}  // namespace nmtx
