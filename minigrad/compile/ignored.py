"""Theano settings that have no effect here, each with the reason; programs may set them to anything.

A name that ends with ``.*`` stands for all names of the section.
"""

from __future__ import annotations

_NAMES = {
    "mode C finds its compiler, or takes that of CC, and chooses its flags": """
        base_compiledir blas.* cmodule.* compile.* compiledir compiledir_format ctc.* cxx gcc.*
        lib.* linker nocleanup openmp openmp_elemwise_minsize vm.*
    """,
    "everything is computed on the CPU": """
        assert_no_cpu_op conv.* cublas.* cuda.* device dnn.* enable_initial_driver_test force_device
        gpuarray.* gpuelemwise.* init_gpu_device magma.* nvcc.*
    """,
    "there is one set of rewrites, which is always used and quick": """
        cache_optimizations check_stack_trace cycle_detection experimental.* local_elemwise_fusion
        max_use_ratio metaopt.* on_opt_error optdb.* optimizer optimizer_excluding
        optimizer_including optimizer_requiring optimizer_verbose optimizer_verbose_ignore
        reoptimize_unpickled_function tensor.* unpickle_function
    """,
    "plans manage the memory of programs": "allow_gc scan.*",
    "these checks are always made where they are needed": """
        DebugMode.* allow_output_prealloc check_input compute_test_value_opt numpy.* on_shape_error
        raise_on_warn warn.* warn_float64
    """,
    "it changes only what is printed, and where": """
        ProfileMode.* exception_verbosity pickle_test_value print_active_device print_global_stats
        print_test_value profile_memory profile_optimizer profiling.* pycuda.* traceback.*
    """,
    "dtypes follow the rules that Theano calls custom": "cast_policy",
    "equal calls always give equal bits": "deterministic",
    "x / y of integers is a float, and x // y an integer": "int_division",
    "tests seed their own generators": "unittests.*",
}
REASONS = {name: reason for reason, names in _NAMES.items() for name in names.split()}

# What programs read before they set it; all others begin as the empty string.
FIRST_VALUES: dict[str, object] = {
    "allow_gc": True,
    "cast_policy": "custom",
    "device": "cpu",
    "int_division": "int",
    "linker": "cvm",
    "openmp": False,
    "optimizer": "fast_run",
    "unittests.rseed": 666,
    "warn_float64": "ignore",
}
# The parts of names before the dot.
SECTIONS = {name.removesuffix(".*") for name in REASONS if name.endswith(".*")}
IN_SECTIONS = {"dnn.conv"}  # sections within these


def is_ignored(name: str) -> bool:
    """Whether a setting of this name is accepted and ignored."""
    section, dot, _ = name.partition(".")
    return name in REASONS if not dot else section in SECTIONS
