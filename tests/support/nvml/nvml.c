/* A libnvidia-ml.so.1 that says what a text file says, for pynvml where there is no GPU.

   Lines of the file are `key value`, for all GPUs, or `3.key value`, for GPU 3; the last one that
   fits counts. `-` is "not supported". The signatures are those of NVIDIA's nvml.h.
   Build: cc -shared -fPIC -o libnvidia-ml.so.1 nvml.c */

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { OK = 0, INVALID = 2, UNSUPPORTED = 3, INSUFFICIENT_SIZE = 7 };
typedef struct { int index; } Gpu;
static Gpu gpus[64];

static const char *look(int gpu, const char *key)
{
    static char found[1024];
    const char *path = getenv("NVML_VALUES");
    char line[1024], name[64], own[80];
    FILE *file = fopen(path ? path : "/etc/nvml.values", "r");
    snprintf(own, sizeof own, "%d.%s", gpu, key);
    strcpy(found, "-");
    while (file && fgets(line, sizeof line, file)) {
        char *value = strchr(line, ' ');
        if (!value)
            continue;
        snprintf(name, sizeof name, "%.*s", (int)(value - line), line);
        value[strcspn(value, "\n")] = 0;
        if (!strcmp(name, key) || !strcmp(name, own))
            strcpy(found, value + 1);
    }
    if (file)
        fclose(file);
    return found;
}

static int number(Gpu *gpu, const char *key, unsigned long long *out)
{
    const char *value = look(gpu ? gpu->index : -1, key);
    if (!strcmp(value, "-"))
        return UNSUPPORTED;
    *out = strtoull(value, NULL, 0);
    return OK;
}

static int whole(Gpu *gpu, const char *key, unsigned *out)
{
    unsigned long long value;
    int code = number(gpu, key, &value);
    if (code == OK)
        *out = (unsigned)value;
    return code;
}

static int words(Gpu *gpu, const char *key, char *out, unsigned size)
{
    const char *value = look(gpu ? gpu->index : -1, key);
    snprintf(out, size, "%s", value);
    return strcmp(value, "-") ? OK : UNSUPPORTED;
}

int nvmlInitWithFlags(unsigned flags)
{
    unsigned code = 0, milliseconds = 0;
    whole(NULL, "sleep", &milliseconds);
    usleep(milliseconds * 1000);
    whole(NULL, "init", &code);
    return (int)code;
}
int nvmlShutdown(void) { return OK; }

const char *nvmlErrorString(int code)
{
    switch (code) {
    case 3: return "Not Supported";
    case 4: return "Insufficient Permissions";
    case 9: return "Driver Not Loaded";
    case 15: return "GPU is lost";
    case 18: return "Driver/library version mismatch";
    default: return "Unknown Error";
    }
}

int nvmlSystemGetDriverVersion(char *out, unsigned size) { return words(NULL, "driver", out, size); }
int nvmlDeviceGetCount_v2(unsigned *out) { return whole(NULL, "count", out); }

int nvmlDeviceGetHandleByIndex_v2(unsigned index, Gpu **out)
{
    unsigned code = 0;
    if (index >= 64)
        return INVALID;
    gpus[index].index = (int)index;
    *out = &gpus[index];
    whole(*out, "lost", &code);
    return (int)code;
}

int nvmlDeviceGetName(Gpu *gpu, char *out, unsigned size) { return words(gpu, "name", out, size); }

int nvmlDeviceGetUUID(Gpu *gpu, char *out, unsigned size)
{
    char host[64] = "";
    gethostname(host, sizeof host - 1);
    snprintf(out, size, "GPU-%s-%d", host, gpu->index);
    return OK;
}

typedef struct {
    char legacy[16];
    unsigned domain, bus, device, id, subsystem;
    char text[32];
} Pci;

int nvmlDeviceGetPciInfo_v3(Gpu *gpu, Pci *out)
{
    memset(out, 0, sizeof *out);
    out->bus = 0x10 + (unsigned)gpu->index;
    snprintf(out->text, sizeof out->text, "00000000:%02X:00.0", out->bus);
    return OK;
}

typedef struct { unsigned long long total, free, used; } Memory;
typedef struct { unsigned version; unsigned long long total, reserved, free, used; } Memory2;

int nvmlDeviceGetMemoryInfo(Gpu *gpu, Memory *out)
{
    memset(out, 0, sizeof *out);
    number(gpu, "used", &out->used);
    return number(gpu, "memory", &out->total);
}

int nvmlDeviceGetMemoryInfo_v2(Gpu *gpu, Memory2 *out)
{
    number(gpu, "used", &out->used);
    return number(gpu, "memory", &out->total);
}

typedef struct { unsigned pid; unsigned long long used; unsigned instance, compute; } Process;

/* `pids` are words `PID:BYTES` or `@FILE:BYTES`; those that have ended are left out, as the driver
   does. */
int nvmlDeviceGetComputeRunningProcesses_v3(Gpu *gpu, unsigned *count, Process *out)
{
    char text[1024], path[256];
    unsigned room = *count, pid;
    if (words(gpu, "pids", text, sizeof text) != OK)
        return UNSUPPORTED;
    *count = 0;
    for (char *word = strtok(text, " "); word; word = strtok(NULL, " ")) {
        char *bytes = strchr(word, ':');
        if (sscanf(word, "@%255[^:]", path) == 1) {
            FILE *file = fopen(path, "r");
            if (!file || fscanf(file, "%u", &pid) != 1)
                pid = 0;
            if (file)
                fclose(file);
        } else
            pid = (unsigned)strtoul(word, NULL, 10);
        if (!pid || (kill((int)pid, 0) && errno == ESRCH))
            continue;
        if (out && *count < room)
            out[*count] = (Process){pid, bytes ? strtoull(bytes + 1, NULL, 10) : 0, 0, 0};
        ++*count;
    }
    return *count > room ? INSUFFICIENT_SIZE : OK;
}

int nvmlDeviceGetGraphicsRunningProcesses_v3(Gpu *gpu, unsigned *count, Process *out)
{
    char text[1024];
    *count = 0;
    return words(gpu, "pids", text, sizeof text);
}

int nvmlDeviceGetCudaComputeCapability(Gpu *gpu, int *major, int *minor)
{
    return sscanf(look(gpu->index, "capability"), "%d.%d", major, minor) == 2 ? OK : UNSUPPORTED;
}

int nvmlDeviceGetTotalEccErrors(Gpu *gpu, int kind, int counter, unsigned long long *out)
{
    return number(gpu, kind == 1 && counter == 0 ? "ecc" : "corrected", out);
}

int nvmlDeviceGetRemappedRows(Gpu *gpu, unsigned *corrected, unsigned *uncorrected,
                              unsigned *pending, unsigned *failed)
{
    *corrected = *uncorrected = 0;
    whole(gpu, "remap_pending", pending);
    return whole(gpu, "remap_failed", failed);
}

int nvmlDeviceGetRetiredPagesPendingStatus(Gpu *gpu, unsigned *out)
{
    return whole(gpu, "retiring", out);
}

int nvmlDeviceGetCurrentClocksEventReasons(Gpu *gpu, unsigned long long *out)
{
    return number(gpu, "reasons", out);
}
int nvmlDeviceGetCurrentClocksThrottleReasons(Gpu *gpu, unsigned long long *out)
{
    return number(gpu, "reasons", out);
}

int nvmlDeviceGetCurrPcieLinkWidth(Gpu *gpu, unsigned *out) { return whole(gpu, "width", out); }
int nvmlDeviceGetMaxPcieLinkWidth(Gpu *gpu, unsigned *out) { return whole(gpu, "width_max", out); }
int nvmlDeviceGetCurrPcieLinkGeneration(Gpu *gpu, unsigned *out) { return whole(gpu, "gen", out); }
int nvmlDeviceGetMaxPcieLinkGeneration(Gpu *gpu, unsigned *out)
{
    return whole(gpu, "gen_max", out);
}

/* `links` are the states of the links as digits, 1 for active. */
int nvmlDeviceGetNvLinkState(Gpu *gpu, unsigned link, unsigned *out)
{
    const char *states = look(gpu->index, "links");
    if (!strcmp(states, "-"))
        return UNSUPPORTED;
    if (link >= strlen(states))
        return INVALID;
    *out = states[link] == '1';
    return OK;
}

typedef struct { unsigned char cluster[16]; int status; unsigned clique; unsigned char state; } Fabric;

int nvmlDeviceGetGpuFabricInfo(Gpu *gpu, Fabric *out)
{
    unsigned state = 0, status = 0;
    int code = whole(gpu, "fabric", &state);
    whole(gpu, "fabric_status", &status);
    out->state = (unsigned char)state;
    out->status = (int)status;
    return code;
}

int nvmlDeviceGetMigMode(Gpu *gpu, unsigned *current, unsigned *pending)
{
    *pending = 0;
    return whole(gpu, "mig", current);
}

int nvmlDeviceGetComputeMode(Gpu *gpu, unsigned *out) { return whole(gpu, "mode", out); }
int nvmlDeviceGetPersistenceMode(Gpu *gpu, unsigned *out) { return whole(gpu, "persistence", out); }

typedef struct {
    unsigned id, scope;
    long long timestamp, latency;
    int type, code;
    union { unsigned whole; unsigned long long large; } value;
} FieldValue;

int nvmlDeviceGetFieldValues(Gpu *gpu, int count, FieldValue *values)
{
    for (int i = 0; i < count; i++)
        values[i].code =
            values[i].id == 230 ? whole(gpu, "recovery", &values[i].value.whole) : UNSUPPORTED;
    return OK;
}
