/* libunwind-x86_64.a asks for this function of libunwind.a, which must not be linked: see libraries.cmake. */
#include <stdlib.h>

int _Ux86_64_setcontext(const void *context);

int _Ux86_64_setcontext(const void *context) {
    (void)context;
    abort();
}
