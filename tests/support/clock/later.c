/* Preloaded, this library adds LATER_S seconds, as given to the compiler, to what a process reads of
   the wall clock.

   The monotonic clock, with which programs measure and wait, stays as it is. (faketime of Debian 12
   breaks the sleep of Python 3.11 and newer, which sleeps on the monotonic clock.)
*/
#define _GNU_SOURCE
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

int clock_gettime(clockid_t clock, struct timespec *now) {
    int failed = syscall(SYS_clock_gettime, clock, now);
    if (!failed && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE))
        now->tv_sec += LATER_S;
    return failed;
}

int gettimeofday(struct timeval *now, void *zone) {
    int failed = syscall(SYS_gettimeofday, now, zone);
    if (!failed && now)
        now->tv_sec += LATER_S;
    return failed;
}

time_t time(time_t *now) {
    struct timespec current;
    clock_gettime(CLOCK_REALTIME, &current);
    if (now)
        *now = current.tv_sec;
    return current.tv_sec;
}
