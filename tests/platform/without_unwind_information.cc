// Compiled without .eh_frame, with frame pointers: what follows a frame of it can only be guessed.
namespace native_stacks_test {

void without_information(void (*work)());
void without_information(void (*work)()) {
    work();
    asm volatile("");  // so that the call is no jump
}

}  // namespace native_stacks_test
