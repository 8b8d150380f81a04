{
  # A thin entry for `npx node-gyp rebuild`: the build is native/CMakeLists.txt, driven by native/build.mjs.
  'targets': [
    {
      'target_name': 'laminet',
      'type': 'none',
      'actions': [
        {
          'action_name': 'build',
          'inputs': [],
          # Never written, so that the action always runs; CMake knows what is up to date.
          'outputs': ['<(module_root_dir)/build/always'],
          'action': ['node', '<(module_root_dir)/native/build.mjs', 'build'],
        },
      ],
    },
  ],
}
