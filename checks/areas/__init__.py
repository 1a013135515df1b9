"""What should hold: a module or a package per area, one pure function per check."""
