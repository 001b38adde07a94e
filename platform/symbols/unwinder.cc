#include "platform/symbols/unwinder.h"

#include <libunwind.h>

#include <array>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <optional>

#include "platform/symbols/unwind_files.h"

// Not in libunwind.h before 1.7, and exported by all: reads a table of .eh_frame_hdr through access_mem.
extern "C" int UNW_OBJ(dwarf_search_unwind_table)(unw_addr_space_t, unw_word_t, unw_dyn_info_t*,
                                                  unw_proc_info_t*, int, void*);

namespace nmtx {

struct UnwindSpaceEnd {
    void operator()(unw_addr_space_t space) const { ::unw_destroy_addr_space(space); }
};
using UnwindSpace = std::unique_ptr<std::remove_pointer_t<unw_addr_space_t>, UnwindSpaceEnd>;

namespace {

// One thread's copy as libunwind asks for it.
class Unwinding {
  public:
    using Registers = std::array<std::uint64_t, dwarf_registers>;

    Unwinding(UnwindFiles& files, const ThreadCopy& copy, Registers& registers)
        : files_(files), copy_(copy), registers_(registers) {}

    UnwoundStack run(unw_addr_space_t space, bool running) {
        unw_cursor_t cursor;
        if (::unw_init_remote(&cursor, space, this) != 0) return std::move(stack_);
        // A caller is named by its call, which may be the last instruction of its function.
        bool exact = running;
        while (take(cursor, exact)) {
            const bool of_signal = ::unw_is_signal_frame(&cursor) > 0;
            beyond_copy_ = untold_ = false;
            const int more = ::unw_step(&cursor);
            // Where no information is, libunwind has gone on by a guess at the frame pointer.
            if (more <= 0 || untold_) {
                stack_.end = untold_        ? StackEnd::not_told
                             : more == 0    ? StackEnd::bottom
                             : beyond_copy_ ? StackEnd::cut
                                            : StackEnd::not_told;
                break;
            }
            exact = of_signal || ::unw_is_signal_frame(&cursor) > 0;
        }
        return std::move(stack_);
    }

    static int find_unwind_information(unw_addr_space_t space, unw_word_t at, unw_proc_info_t* found,
                                       int need, void* self) {
        return static_cast<Unwinding*>(self)->find(space, at, found, need);
    }
    static int read_memory(unw_addr_space_t, unw_word_t at, unw_word_t* value, int write, void* self) {
        if (write != 0) return -UNW_EINVAL;
        return static_cast<Unwinding*>(self)->read(Address{at}, *value) ? 0 : -UNW_EINVAL;
    }
    // libunwind numbers the registers of x86-64 as DWARF does.
    static int read_register(unw_addr_space_t, unw_regnum_t number, unw_word_t* value, int write,
                             void* self) {
        if (write != 0 || number < 0 || static_cast<std::size_t>(number) >= dwarf_registers)
            return -UNW_EBADREG;
        *value = static_cast<Unwinding*>(self)->registers_[static_cast<std::size_t>(number)];
        return 0;
    }

  private:
    // False ends it.
    bool take(unw_cursor_t& cursor, bool exact) {
        unw_word_t at = 0;
        if (::unw_get_reg(&cursor, UNW_REG_IP, &at) != 0) return false;
        if (at == 0 && !stack_.frames.empty()) {
            stack_.end = StackEnd::bottom;
            return false;
        }
        if (files_.code_at(Address{at - (exact ? 0 : 1)}) == nullptr) {
            stack_.end = StackEnd::no_file;
            stack_.next = Address{at};
            hand_over(cursor);
            return false;
        }
        if (stack_.frames.size() == most_native_frames) {
            stack_.end = StackEnd::too_deep;
            return false;
        }
        stack_.frames.push_back(Address{at});
        return true;
    }

    // libunwind asks for registers for as long as it unwinds: they are changed once it has told them all.
    void hand_over(unw_cursor_t& cursor) {
        Registers told{};
        for (std::size_t i = 0; i < told.size(); ++i) {
            unw_word_t value = 0;
            if (::unw_get_reg(&cursor, static_cast<unw_regnum_t>(i), &value) == 0) told[i] = value;
        }
        registers_ = told;
    }

    int find(unw_addr_space_t space, unw_word_t at, unw_proc_info_t* found, int need) {
        const auto table = files_.table_of(Address{at});
        if (!table) {
            untold_ = true;
            return -UNW_ENOINFO;
        }
        unw_dyn_info_t where{};
        const Range code = files_.code_at(Address{at})->first;
        where.start_ip = code.begin.value;
        where.end_ip = code.end.value;
        where.format = UNW_INFO_FORMAT_REMOTE_TABLE;
        where.u.rti.segbase = table->header.value;
        where.u.rti.table_data = table->table.value;
        where.u.rti.table_len = table->entries * 8 / sizeof(unw_word_t);
        // Of a C++ function the information leads to its personality routine, by way of a word that is
        // written when the file is loaded; nobody here looks at the routine.
        use_ = UnwindFiles::Use::of_table;
        const int result = UNW_OBJ(dwarf_search_unwind_table)(space, at, &where, found, need, this);
        use_ = UnwindFiles::Use::of_process;
        untold_ = result != 0;
        return result;
    }

    bool read(Address at, unw_word_t& into) {
        const std::uint64_t offset = at.value - copy_.begin.value;
        if (at >= copy_.begin && offset <= copy_.bytes.size() && copy_.bytes.size() - offset >= sizeof into) {
            std::memcpy(&into, copy_.bytes.data() + offset, sizeof into);
            return true;
        }
        const auto word = files_.word_at(at, use_);
        if (!word) {
            beyond_copy_ = true;
            return false;
        }
        into = *word;
        return true;
    }

    UnwindFiles& files_;
    const ThreadCopy& copy_;
    Registers& registers_;
    UnwoundStack stack_;
    UnwindFiles::Use use_ = UnwindFiles::Use::of_process;
    bool beyond_copy_ = false;
    bool untold_ = false;
};

unw_accessors_t accessors() {
    unw_accessors_t all{};
    all.find_proc_info = Unwinding::find_unwind_information;
    all.put_unwind_info = [](unw_addr_space_t, unw_proc_info_t*, void*) {};
    all.get_dyn_info_list_addr = [](unw_addr_space_t, unw_word_t*, void*) { return -UNW_ENOINFO; };
    all.access_mem = Unwinding::read_memory;
    all.access_reg = Unwinding::read_register;
    all.access_fpreg = [](unw_addr_space_t, unw_regnum_t, unw_fpreg_t*, int, void*) { return -UNW_EBADREG; };
    all.resume = [](unw_addr_space_t, unw_cursor_t*, void*) { return -UNW_EINVAL; };
    all.get_proc_name = [](unw_addr_space_t, unw_word_t, char*, std::size_t, unw_word_t*, void*) {
        return -UNW_ENOINFO;
    };
    return all;
}

}  // namespace

struct NativeUnwinder::Parts {
    UnwindFiles files;
    unw_accessors_t accessors;
    UnwindSpace space;
};

NativeUnwinder::NativeUnwinder(const ProcessFiles& process, std::span<const MappedFile> code)
    : parts_(new Parts{UnwindFiles(process, code), accessors(), nullptr}) {
    parts_->space.reset(::unw_create_addr_space(&parts_->accessors, 0));
    // Most threads wait in the same few functions.
    if (parts_->space) ::unw_set_caching_policy(parts_->space.get(), UNW_CACHE_GLOBAL);
}

NativeUnwinder::~NativeUnwinder() = default;

bool NativeUnwinder::is_code(Address at) const {
    return parts_->files.code_at(at) != nullptr;
}

UnwoundStack NativeUnwinder::run(const ThreadCopy& copy,
                                 std::array<std::uint64_t, dwarf_registers>& registers, bool running) {
    if (!parts_->space) return {};
    return Unwinding(parts_->files, copy, registers).run(parts_->space.get(), running);
}

std::vector<UnwoundStack> unwind(const ProcessFiles& process, std::span<const MappedFile> code,
                                 std::span<const ThreadCopy> copies) {
    NativeUnwinder unwinder(process, code);
    std::vector<UnwoundStack> stacks;
    stacks.reserve(copies.size());
    for (const ThreadCopy& copy : copies) {
        auto registers = copy.registers;
        stacks.push_back(unwinder.run(copy, registers, true));
    }
    return stacks;
}

}  // namespace nmtx
