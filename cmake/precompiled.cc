// What the precompiled header is made with; every room takes it from here.
