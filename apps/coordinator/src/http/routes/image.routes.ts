import { Fault, Sha256 } from '@flashline/contracts';
import type { Ledger } from '@flashline/store';
import { Router } from 'express';
import { z } from 'zod';
import type { ImageShelf } from '../../image-shelf.ts';
import { fileBody, refuseMethod } from '../bodies.ts';

export const ImageParams = z.strictObject({ sha256: Sha256 });

/** The file's name is shown to people and never used as a path. */
export const UploadQuery = z.strictObject({
  name: z
    .string()
    .regex(/^[^\p{Cc}]{1,255}$/u, 'must be 1-255 printable characters')
    .default('image'),
});

/** Uploading firmware and getting it back. */
export function imageRoutes(shelf: ImageShelf, ledger: Ledger): Router {
  const router = Router();
  const imageOf = (params: unknown) => {
    const { sha256 } = ImageParams.parse(params);
    const image = ledger.image(sha256);
    if (image === null) throw new Fault('NOT_FOUND', { image: sha256 });
    return image;
  };

  router
    .route('/images')
    .get((_request, response) => {
      response.json({ images: ledger.images() });
    })
    .post(...fileBody, async (request, response) => {
      const { name } = UploadQuery.parse(request.query);
      const body: unknown = request.body;
      const { image, fresh } = await shelf.add(body instanceof Uint8Array ? body : new Uint8Array(), name);
      response
        .status(fresh ? 201 : 200)
        .location(`/api/v1/images/${image.sha256}`)
        .json(image);
    })
    .all(refuseMethod);

  router
    .route('/images/:sha256')
    .get((request, response) => {
      response.json(imageOf(request.params));
    })
    .all(refuseMethod);

  router
    .route('/images/:sha256/file')
    .get(async (request, response) => {
      const { sha256, name } = imageOf(request.params);
      const file = await shelf.fetch(sha256);
      response.attachment(name).type('application/octet-stream').send(file);
    })
    .all(refuseMethod);

  return router;
}
