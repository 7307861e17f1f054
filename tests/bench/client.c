/* The bench's client: in C, so that it is not what is measured.
 *
 *   client fstat  FILE SECONDS           attribute requests that reach the server, each second
 *   client open   FILE SECONDS           open and close, each second
 *   client read   FILE BLOCK             the whole file from front to back, MB/s
 *   client random FILE READERS SECONDS   4 KiB reads, no place twice, each second
 *
 * The file's cached pages are dropped before it is read, so that the server is asked. On a file of
 * the disk itself that would drop the disk's cache, from which all servers read.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define PAGE 4096L

static double now(void)
{
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    return (double)at.tv_sec + (double)at.tv_nsec / 1e9;
}

static void die(const char *what)
{
    perror(what);
    exit(1);
}

static int open_file(const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        die(path);
    return fd;
}

static double many_fstat(const char *path, double seconds)
{
    int fd = open_file(path);
    long done = 0;
    double began = now();
    while (now() - began < seconds) {
        struct statx told;
        if (statx(fd, "", AT_EMPTY_PATH | AT_STATX_FORCE_SYNC, STATX_BASIC_STATS, &told))
            die("statx");
        done++;
    }
    return (double)done / (now() - began);
}

static double many_open(const char *path, double seconds)
{
    long done = 0;
    double began = now();
    while (now() - began < seconds) {
        close(open_file(path));
        done++;
    }
    return (double)done / (now() - began);
}

static double read_all(const char *path, size_t block)
{
    int fd = open_file(path);
    char *buffer = malloc(block);
    long total = 0, got;
    posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
    double began = now();
    while ((got = read(fd, buffer, block)) > 0)
        total += got;
    if (got < 0)
        die("read");
    return (double)total / 1e6 / (now() - began);
}

struct reader {
    const char *path;
    long number, readers, done;
    double until;
};

static void *read_randomly(void *given)
{
    struct reader *reader = given;
    int fd = open_file(reader->path);
    char buffer[PAGE];
    long pages = lseek(fd, 0, SEEK_END) / PAGE;
    posix_fadvise(fd, 0, 0, POSIX_FADV_RANDOM);
    /* 7368787 is a prime above any number of pages here: every page comes once */
    for (long at = reader->number; at < pages && now() < reader->until; at += reader->readers) {
        if (pread(fd, buffer, PAGE, at * 7368787 % pages * PAGE) != PAGE)
            die("pread");
        reader->done++;
    }
    return NULL;
}

static double many_random(const char *path, long readers, double seconds)
{
    pthread_t threads[64];
    struct reader all[64];
    long done = 0;
    posix_fadvise(open_file(path), 0, 0, POSIX_FADV_DONTNEED);
    double began = now();
    for (long i = 0; i < readers; i++) {
        all[i] = (struct reader){path, i, readers, 0, began + seconds};
        pthread_create(&threads[i], NULL, read_randomly, &all[i]);
    }
    for (long i = 0; i < readers; i++) {
        pthread_join(threads[i], NULL);
        done += all[i].done;
    }
    return (double)done / (now() - began);
}

int main(int count, char **words)
{
    double result;
    if (count == 4 && !strcmp(words[1], "fstat"))
        result = many_fstat(words[2], atof(words[3]));
    else if (count == 4 && !strcmp(words[1], "open"))
        result = many_open(words[2], atof(words[3]));
    else if (count == 4 && !strcmp(words[1], "read"))
        result = read_all(words[2], (size_t)atol(words[3]));
    else if (count == 5 && !strcmp(words[1], "random"))
        result = many_random(words[2], atol(words[3]), atof(words[4]));
    else
        return 2;
    printf("%.1f\n", result);
    return 0;
}
