// A library with a symbol of each sort, for target_files_test.cc; and a function for native_stacks_test.cc.
static volatile int kind = 41;          // of the file alone: only .symtab has it
static volatile char untouched[12345];  // in .bss

struct SessionObj {
    virtual ~SessionObj() = default;
    [[nodiscard]] virtual int id() const { return kind; }
    int value = 0;
};

struct Outer {
    template <typename T>
    struct Node {
        virtual ~Node() = default;
        T value{};
    };
};

// A label without a size, a function with a label within, an exported name and its alias, and nothing behind
// the last of them.
asm(R"(
    .pushsection .nmtx_labels, "ax"
sizeless_label:
    .skip 64
    .type sized_around_label, %function
sized_around_label:
    .skip 16
label_within:
    .skip 16
    .size sized_around_label, 32
    .globl __nmtx_alias
    .globl nmtx_alias
    .type __nmtx_alias, %function
    .type nmtx_alias, %function
__nmtx_alias:
nmtx_alias:
    .skip 16
    .size __nmtx_alias, 16
    .size nmtx_alias, 16
    .skip 16
    .popsection
)");

extern "C" {
const volatile void* address_of_kind() {
    return &kind;
}
const volatile void* address_of_untouched() {
    return untouched;
}
void calls_back(void (*work)()) {
    work();
    kind = kind + 1;  // so that the call is no jump
}
const void* session() {
    static const SessionObj object;
    return &object;
}
const void* node() {
    static const Outer::Node<long> object;
    return &object;
}
}
