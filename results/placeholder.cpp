namespace vbench {}
