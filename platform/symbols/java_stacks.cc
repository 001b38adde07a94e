#include "platform/symbols/java_stacks.h"

#include "base/paths.h"
#include "platform/os/page_size.h"
#include "platform/proc/mapped_file.h"
#include "platform/symbols/elf_exports.h"

namespace nmtx {
namespace {

// Where the JVM's symbols are in the process.
Expected<std::unordered_map<std::string, std::uint64_t>> exports_of(const ProcessFiles& process,
                                                                    const MappedFile& jvm) {
    const Descriptor file = open_mapped_file(process, jvm);
    if (!file)
        return failure(jvm.path, "cannot be opened as it is mapped",
                       "if the JDK was replaced meanwhile, run as root");
    const auto image = read_elf_image(file.get());
    const auto begins = image ? image->address_of(jvm.offset, page_size()) : std::nullopt;
    if (!begins || jvm.first.begin.value < *begins) return failure(jvm.path, "is not read as an ELF file");
    auto symbols = find_exports(file.get(), *image, vm_table_symbols());
    for (auto& [name, address] : symbols) address += jvm.first.begin.value - *begins;
    return symbols;
}

}  // namespace

const MappedFile* mapped_jvm(std::span<const MappedFile> code) {
    constexpr std::string_view name = "libjvm.so";
    const MappedFile* renamed = nullptr;
    for (const MappedFile& file : code) {
        std::string_view path = file.path;
        if (path.ends_with(" (deleted)")) path.remove_suffix(10);
        const std::string_view base = base_name(path);
        if (base == name) return &file;
        // maps has the name that a file has now: libjvm.so.old, libjvm.so.dpkg-tmp.
        if (renamed == nullptr && base.starts_with(name)) renamed = &file;
    }
    return renamed;
}

JavaStacks::JavaStacks(const ProcessFiles& process, PageResidency residency, std::string_view maps)
    : process_memory_(process, std::move(residency), maps),
      memory_(process_memory_),
      names_(memory_, layout_) {}

Expected<std::unique_ptr<JavaStacks>> JavaStacks::of(const ProcessFiles& process, std::string_view maps,
                                                     const MappedFile& jvm,
                                                     std::function<bool(Address)> is_native_code) {
    const auto exported = exports_of(process, jvm);
    if (!exported) return tl::make_unexpected(exported.error());
    auto residency = PageResidency::open(process);
    if (!residency) return tl::make_unexpected(residency.error());
    std::unique_ptr<JavaStacks> stacks(new JavaStacks(process, std::move(*residency), maps));
    auto tables = VmTables::read(stacks->memory_, [&](std::string_view name) {
        const auto found = exported->find(std::string(name));
        return found == exported->end() ? std::nullopt : std::optional(Address{found->second});
    });
    if (!tables) return tl::make_unexpected(tables.error());
    auto layout = VmLayout::of(*tables, stacks->memory_);
    if (!layout) return tl::make_unexpected(layout.error());
    stacks->tables_ = std::move(*tables);
    stacks->layout_ = std::move(*layout);
    stacks->cache_.emplace(stacks->memory_, stacks->layout_);
    stacks->walk_.emplace(stacks->memory_, stacks->layout_, *stacks->cache_, stacks->names_,
                          std::move(is_native_code));
    return stacks;
}

void JavaStacks::begin_anew(std::string_view maps) {
    process_memory_.take_maps(maps);
    memory_.clear();
    names_.clear();
    threads_.reset();
    cache_.emplace(memory_, layout_);  // where it was: walk_ has its address
}

std::optional<LastJavaFrame> JavaStacks::last_frame(std::uint64_t own_id) {
    if (!threads_) threads_.emplace(memory_, layout_);
    return threads_->last_frame(own_id);
}

JavaStacks::ToldThreads JavaStacks::threads_told(std::function<bool()> wait) {
    const auto heap = HeapLayout::of_still_objects(tables_, memory_);
    ThreadNamesInHeap names(memory_, layout_, heap ? &*heap : nullptr, std::move(wait));
    return {names.read(), heap ? std::string() : heap.error().what};
}

}  // namespace nmtx
