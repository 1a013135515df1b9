"""What compiles operators on this node when training starts, and where the results are kept."""

import glob
import os
import re
import shlex
import shutil
import time

from checks.node.probe.core import Undetermined, run_command, section
from checks.node.probe.denials import denied_program
from checks.node.probe.files import LOOK_LIMIT, look_side_by_side, writable_space
from checks.node.runtime.environment import rank_environment
from checks.node.runtime.processes import is_held_open

COMMANDS = ("CUDA_HOME/bin/nvcc --version",)

AIO_HEADERS = ("/usr/include/libaio.h", "/usr/local/include/libaio.h")


def cuda_home(env):
    """Where torch.utils.cpp_extension would find CUDA's toolkit; "" for nowhere."""
    given = env.get("CUDA_HOME") or env.get("CUDA_PATH")
    nvcc = shutil.which("nvcc", path=env.get("PATH"))
    usual = "/usr/local/cuda" if os.path.exists("/usr/local/cuda") else ""
    return given or (os.path.dirname(os.path.dirname(nvcc)) if nvcc else usual)


def toolkit_version(home):
    """Version of the compiler below CUDA_HOME, such as 12.4; "" where there is none."""
    try:
        ran = run_command([os.path.join(home, "bin/nvcc"), "--version"], 4.0) if home else None
    except Undetermined:
        return ""
    found = re.search(r"release (\d+\.\d+)", ran.out) if ran else None
    return found.group(1) if found else ""


def kernel_folders(env):
    """Where torch keeps compiled operators, and where Triton keeps its kernels."""
    home = os.path.expanduser("~")
    cache = env.get("XDG_CACHE_HOME") or os.path.join(home, ".cache")
    triton = env.get("TRITON_HOME") or home
    return {
        "extensions": env.get("TORCH_EXTENSIONS_DIR") or os.path.join(cache, "torch_extensions"),
        "triton": env.get("TRITON_CACHE_DIR") or os.path.join(triton, ".triton/cache"),
    }


def build_locks(root):
    """Build locks below the folder of operators: torch waits for such a file as long as it lies."""
    found = []
    for path in glob.glob(root + "/*/lock") + glob.glob(root + "/*/*/lock"):
        try:
            age = time.time() - os.stat(path).st_mtime
        except OSError:
            continue
        found.append(
            {"path": path, "age_s": round(age, 1), "held": is_held_open(os.path.realpath(path))}
        )
    return {"locks": found}


def has_forward_compatibility(env):
    """Whether NVIDIA's forward compatibility package stands before the driver's libcuda."""
    beside = "/compat" in env.get("LD_LIBRARY_PATH", "")
    return beside or bool(glob.glob("/usr/local/cuda*/compat/libcuda.so*"))


def program_of(env, variable):
    """The program that a variable such as CXX="ccache g++" has run; "" for none."""
    return (shlex.split(env.get(variable) or "") or [""])[0]


def absent_compilers(env, path):
    """Those of CXX and CC that name a program which is not there."""
    named = {name: program_of(env, name) for name in ("CXX", "CC")}
    return [name for name, tool in named.items() if tool and not shutil.which(tool, path=path)]


@section("toolchain")
def toolchain(args):
    """Compiler, ninja, CUDA's toolkit, libaio, and the folders of compiled operators."""
    env = rank_environment(os.environ, args.get("env", {}), args["python"], args.get("workdir"))
    path = env.get("PATH", os.defpath)
    compiler = program_of(env, "CXX") or "c++"
    usual = [shutil.which(name, path=path) for name in ("c++", "g++")]
    home, kept = cuda_home(env), kernel_folders(env)
    looks = {name: (writable_space, os.path.abspath(folder)) for name, folder in kept.items()}
    looks["locks"] = (build_locks, os.path.abspath(kept["extensions"]))
    seen = look_side_by_side(looks, LOOK_LIMIT)
    found = {name: shutil.which(name, path=path) or "" for name in (compiler, "ninja")}
    return {
        "compiler": compiler,
        "compiler_path": found[compiler],
        "ninja": found["ninja"],
        "denied": {name: denied_program(name, path) for name in found if not found[name]},
        "absent": absent_compilers(env, path),
        "usual_compiler": next(filter(None, usual), ""),
        "cuda_home": home,
        "nvcc": toolkit_version(home),
        "libaio": any(os.path.exists(header) for header in AIO_HEADERS),
        "forward_compatible": has_forward_compatibility(env),
        "skips_cuda_check": env.get("DS_SKIP_CUDA_CHECK") == "1",
        "extensions": seen["extensions"],
        "triton": seen["triton"],
        "locks": seen["locks"].get("locks", []),
    }
