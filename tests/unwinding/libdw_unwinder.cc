#include "unwinding/libdw_unwinder.h"

#include <elfutils/libdwfl.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <optional>

#include "platform/proc/mapped_file.h"
#include "platform/symbols/elf_image.h"
#include "platform/symbols/unwind_files.h"

namespace nmtx::test {
namespace {

int no_file(Dwfl_Module*, void**, const char*, Dwarf_Addr, char**, Elf**) {
    return -1;  // each was reported with its own
}

// Separate debug information would be asked for where the file has no unwind information of its own.
int no_debug_file(Dwfl_Module*, void**, const char*, Dwarf_Addr, const char*, const char*, GElf_Word,
                  char**) {
    return -1;
}

constexpr Dwfl_Callbacks file_callbacks{no_file, no_debug_file, nullptr, nullptr};

struct DwflEnd {
    void operator()(Dwfl* dwfl) const { ::dwfl_end(dwfl); }
};

// One thread's copy as libdw asks for it.
class Unwinding {
  public:
    Unwinding(std::span<const MappedFile> code, const ThreadCopy& copy) : code_(code), copy_(copy) {}

    UnwoundStack run(Dwfl* dwfl) {
        current = this;
        const int ended = ::dwfl_getthread_frames(dwfl, copy_.tid, frame, this);
        current = nullptr;
        if (stopped_) {
            // frame() has said why.
        } else if (ended == 0) {
            stack_.end = StackEnd::bottom;
        } else {
            stack_.end = beyond_copy_ ? StackEnd::cut : StackEnd::not_told;
        }
        return std::move(stack_);
    }

    static pid_t next_thread(Dwfl*, void*, void** of_thread) {
        *of_thread = current;
        return 0;  // dwfl_getthread_frames takes get_thread
    }
    static bool get_thread(Dwfl*, pid_t, void*, void** of_thread) {
        *of_thread = current;
        return true;
    }
    static bool memory_read(Dwfl*, Dwarf_Addr at, Dwarf_Word* into, void*) {
        return current != nullptr && current->read(Address{at}, *into);
    }
    static bool set_registers(Dwfl_Thread* thread, void*) {
        return ::dwfl_thread_state_registers(thread, 0, dwarf_registers, current->copy_.registers.data());
    }

  private:
    static int frame(Dwfl_Frame* state, void* argument) {
        return static_cast<Unwinding*>(argument)->take(state) ? DWARF_CB_OK : DWARF_CB_ABORT;
    }

    // False ends it: where no file is, libdw would go on by guessing at frame pointers.
    bool take(Dwfl_Frame* state) {
        Dwarf_Addr at = 0;
        bool interrupted = false;
        stopped_ = true;
        if (!::dwfl_frame_pc(state, &at, &interrupted)) return false;
        // A caller is named by its call, which may be the last instruction of its function.
        const bool calls = !stack_.frames.empty() && !interrupted;
        if (at == 0 && calls) {
            stack_.end = StackEnd::bottom;
            return false;
        }
        if (code_at(code_, Address{at - (calls ? 1 : 0)}) == nullptr) {
            stack_.end = StackEnd::no_file;
            stack_.next = Address{at};
            return false;
        }
        if (stack_.frames.size() == most_native_frames) {
            stack_.end = StackEnd::too_deep;
            return false;
        }
        stack_.frames.push_back(Address{at});
        stopped_ = false;
        return true;
    }

    bool read(Address at, Dwarf_Word& into) {
        const std::uint64_t offset = at.value - copy_.begin.value;
        if (at < copy_.begin || offset > copy_.bytes.size() || copy_.bytes.size() - offset < sizeof into) {
            beyond_copy_ = true;
            return false;
        }
        std::memcpy(&into, copy_.bytes.data() + offset, sizeof into);
        return true;
    }

    // libdw hands its own argument to some of the callbacks only; one thread unwinds at a time.
    static Unwinding* current;

    std::span<const MappedFile> code_;
    const ThreadCopy& copy_;
    UnwoundStack stack_;
    bool stopped_ = false;
    bool beyond_copy_ = false;
};

Unwinding* Unwinding::current = nullptr;

constexpr Dwfl_Thread_Callbacks thread_callbacks{Unwinding::next_thread,
                                                 Unwinding::get_thread,
                                                 Unwinding::memory_read,
                                                 Unwinding::set_registers,
                                                 nullptr,
                                                 nullptr};

void report(Dwfl* dwfl, const ProcessFiles& process, const MappedFile& code) {
    const Descriptor file = code.path == "[vdso]" ? own_vdso() : open_mapped_file(process, code);
    if (!file) return;
    const auto image = read_elf_image(file.get());
    if (!image) return;
    const auto begins = image->address_of(code.offset, static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE)));
    if (!begins || code.first.begin.value < *begins) return;
    // libdw closes what it is given.
    const int fd = ::fcntl(file.get(), F_DUPFD_CLOEXEC, 0);
    if (fd < 0) return;
    if (::dwfl_report_elf(dwfl, code.path.c_str(), code.path.c_str(), fd, code.first.begin.value - *begins,
                          true) == nullptr)
        ::close(fd);
}

}  // namespace

std::vector<UnwoundStack> unwind_by_libdw(const ProcessFiles& process, std::span<const MappedFile> code,
                                          std::span<const ThreadCopy> copies) {
    std::vector<UnwoundStack> stacks(copies.size());
    const std::unique_ptr<Dwfl, DwflEnd> dwfl(::dwfl_begin(&file_callbacks));
    if (!dwfl) return stacks;
    ::dwfl_report_begin(dwfl.get());
    for (const MappedFile& file : code) report(dwfl.get(), process, file);
    ::dwfl_report_end(dwfl.get(), nullptr, nullptr);
    if (!::dwfl_attach_state(dwfl.get(), nullptr, static_cast<pid_t>(process.pid()), &thread_callbacks,
                             nullptr))
        return stacks;
    for (std::size_t i = 0; i < copies.size(); ++i) stacks[i] = Unwinding(code, copies[i]).run(dwfl.get());
    return stacks;
}

}  // namespace nmtx::test
