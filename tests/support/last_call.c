/* Ends a process before its n-th call that changes something, whichever of its threads makes it.

   Preloaded by tests/support/last_call.py, with a control file in LAST_CALL that both sides map.
   strace can kill at a call, too, but counts the calls of each thread alone (strace(1), "when="),
   so that of a process with two threads the later calls of the slower one are never the last.

   Counted are the calls that change files or reach another machine. Of answers to the kernel
   (writev) only the first after such a change counts: between two of them nothing has changed. */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#define NAMES 32768
#define NAME 16
#define FIRST_TO_COME (-1)

struct control {
    _Atomic int64_t pid;   /* who is watched; 0 = nobody, -1 = the first process that loads this */
    _Atomic int64_t last;  /* the call that it does not get to make; 0 = it may make all */
    _Atomic int64_t made;
    char disk[1000];       /* a file system whose power is cut at that moment; empty = none */
    char names[NAMES][NAME];
};

static struct control *control;
static _Atomic int answered;
static _Atomic int over;

__attribute__((constructor)) static void load(void) {
    const char *path = getenv("LAST_CALL");
    int fd = path ? syscall(SYS_openat, AT_FDCWD, path, O_RDWR | O_CLOEXEC) : -1;
    if (fd < 0) return;
    void *there = mmap(NULL, sizeof *control, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    syscall(SYS_close, fd);
    if (there == MAP_FAILED) return;
    control = there;
    int64_t first = FIRST_TO_COME;
    atomic_compare_exchange_strong(&control->pid, &first, (int64_t)getpid());
}

static void end(void) {
    over = 1; /* other threads may be on their way to an answer, which nobody is to get any more */
    if (control->disk[0]) {
        uint32_t without_flushing_the_log = 2; /* FS_IOC_SHUTDOWN, linux/fs.h */
        int fd = syscall(SYS_openat, AT_FDCWD, control->disk, O_RDONLY);
        ioctl(fd, _IOR('X', 125, uint32_t), &without_flushing_the_log);
    }
    syscall(SYS_kill, getpid(), SIGKILL);
    for (;;) pause();
}

static void about_to(const char *name) {
    if (!control || control->pid != getpid()) return;
    while (over) pause();
    int answer = strcmp(name, "writev") == 0;
    if (atomic_exchange(&answered, answer) && answer) return;
    int64_t made = ++control->made;
    if (made <= NAMES) strncpy(control->names[made - 1], name, NAME - 1);
    if (control->last && made >= control->last) end();
}

static void about_to_write(const char *name, int fd) {
    struct stat status;
    if (control && control->pid == getpid() && !fstat(fd, &status) && S_ISREG(status.st_mode))
        about_to(name);
}

static void about_to_send(const char *name, int fd) {
    struct sockaddr_storage own;
    socklen_t length = sizeof own;
    if (control && control->pid == getpid() &&
        !getsockname(fd, (struct sockaddr *)&own, &length) && own.ss_family != AF_UNIX)
        about_to(name);
}

#define REAL(name) \
    static __typeof__(&name) real; \
    if (!real) real = (__typeof__(&name))dlsym(RTLD_NEXT, #name)
#define NAMED(type, name, parameters, arguments) \
    type name parameters { REAL(name); about_to(#name); return real arguments; }
#define WRITTEN(type, name, parameters, arguments) \
    type name parameters { REAL(name); about_to_write(#name, fd); return real arguments; }
#define SENT(type, name, parameters, arguments) \
    type name parameters { REAL(name); about_to_send(#name, fd); return real arguments; }

WRITTEN(ssize_t, write, (int fd, const void *data, size_t size), (fd, data, size))
WRITTEN(ssize_t, pwrite, (int fd, const void *data, size_t size, off_t at), (fd, data, size, at))
WRITTEN(ssize_t, pwrite64, (int fd, const void *data, size_t size, off64_t at), (fd, data, size, at))
NAMED(ssize_t, writev, (int fd, const struct iovec *parts, int count), (fd, parts, count))
NAMED(ssize_t, copy_file_range,
      (int from, off64_t *at, int to, off64_t *there, size_t size, unsigned flags),
      (from, at, to, there, size, flags))
NAMED(int, fsync, (int fd), (fd))
NAMED(int, fdatasync, (int fd), (fd))
NAMED(int, ftruncate, (int fd, off_t size), (fd, size))
NAMED(int, ftruncate64, (int fd, off64_t size), (fd, size))
NAMED(int, fchmod, (int fd, mode_t mode), (fd, mode))
NAMED(int, futimens, (int fd, const struct timespec times[2]), (fd, times))
NAMED(int, utimensat, (int at, const char *path, const struct timespec times[2], int flags),
      (at, path, times, flags))
NAMED(int, rename, (const char *old, const char *new), (old, new))
NAMED(int, renameat, (int at, const char *old, int to, const char *new), (at, old, to, new))
NAMED(int, renameat2,
      (int at, const char *old, int to, const char *new, unsigned flags), (at, old, to, new, flags))
NAMED(int, link, (const char *old, const char *new), (old, new))
NAMED(int, linkat, (int at, const char *old, int to, const char *new, int flags),
      (at, old, to, new, flags))
NAMED(int, unlink, (const char *path), (path))
NAMED(int, unlinkat, (int at, const char *path, int flags), (at, path, flags))
NAMED(int, mkdir, (const char *path, mode_t mode), (path, mode))
NAMED(int, mkdirat, (int at, const char *path, mode_t mode), (at, path, mode))
NAMED(int, rmdir, (const char *path), (path))
SENT(int, connect, (int fd, const struct sockaddr *to, socklen_t length), (fd, to, length))
SENT(ssize_t, send, (int fd, const void *data, size_t size, int flags), (fd, data, size, flags))
SENT(ssize_t, sendto,
     (int fd, const void *data, size_t size, int flags, const struct sockaddr *to, socklen_t length),
     (fd, data, size, flags, to, length))
SENT(ssize_t, sendmsg, (int fd, const struct msghdr *parts, int flags), (fd, parts, flags))

#define OPENED(name, parameters, arguments) \
    int name parameters { \
        REAL(name); \
        mode_t mode = 0; \
        if (flags & (O_CREAT | __O_TMPFILE)) { \
            va_list more; \
            va_start(more, flags); \
            mode = va_arg(more, mode_t); \
            va_end(more); \
        } \
        if (flags & (O_CREAT | O_TRUNC)) about_to(#name); \
        return real arguments; \
    }
OPENED(open, (const char *path, int flags, ...), (path, flags, mode))
OPENED(open64, (const char *path, int flags, ...), (path, flags, mode))
OPENED(openat, (int at, const char *path, int flags, ...), (at, path, flags, mode))
OPENED(openat64, (int at, const char *path, int flags, ...), (at, path, flags, mode))
