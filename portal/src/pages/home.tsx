import { LoadingRows } from '@/ui'

export function Component() {
  return <LoadingRows />
}
