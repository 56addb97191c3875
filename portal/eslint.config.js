import js from '@eslint/js'
import reactHooks from 'eslint-plugin-react-hooks'
import tseslint from 'typescript-eslint'

const borders = (files, group, message) => ({
  files,
  rules: { 'no-restricted-imports': ['error', { patterns: [{ group, message }] }] },
})

export default tseslint.config(
  { ignores: ['dist', 'node_modules', 'src/api/__generated__'] },
  js.configs.recommended,
  tseslint.configs.strictTypeChecked,
  reactHooks.configs.flat['recommended-latest'],
  {
    languageOptions: { parserOptions: { projectService: { allowDefaultProject: ['eslint.config.js'] } } },
    rules: {
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
    },
  },
  { files: ['eslint.config.js', 'public/*.js'], ...tseslint.configs.disableTypeChecked },
  { files: ['public/*.js'], languageOptions: { globals: { document: false, localStorage: false, matchMedia: false } } },
  borders(['src/ui/**'], ['@/api*', '@/charts*', '@/pages*', '@/paths', '@tanstack/*'], 'ui knows no data and no routes.'),
  borders(['src/charts/**'], ['@/api*', '@/pages*', '@/paths', '@tanstack/*'], 'Charts are given what they draw.'),
  borders(['src/api/**'], ['@/ui*', '@/charts*', '@/pages*'], 'The API client shows nothing.'),
)
