import { Image } from '@flashline/contracts';
import { z } from 'zod';
import type { ZodOpenApiPathsObject } from 'zod-openapi';
import { ImageParams, UploadQuery } from '../http/routes/image.routes.ts';
import { answers, json, media } from './answers.ts';

const BYTES = z.string().meta({ override: { type: 'string', format: 'binary' } });
const tags = ['images'];

export const imagePaths: ZodOpenApiPathsObject = {
  '/api/v1/images': {
    get: {
      tags,
      operationId: 'listImages',
      summary: 'Every image, newest first.',
      responses: answers({ 200: json('The images.', z.strictObject({ images: z.array(Image) })) }),
    },
    post: {
      tags,
      operationId: 'uploadImage',
      summary:
        'Uploads an image: Intel HEX, DfuSe, ELF, S-records, UF2 or a raw binary. Kept only when all of it could be read.',
      requestParams: { query: UploadQuery },
      requestBody: { required: true, content: { 'application/octet-stream': { schema: BYTES } } },
      responses: answers({ 200: json('It was known already.', Image), 201: json('It is kept now.', Image) }),
    },
  },
  '/api/v1/images/{sha256}': {
    get: {
      tags,
      operationId: 'getImage',
      summary: 'What an image holds.',
      requestParams: { path: ImageParams },
      responses: answers({ 200: json('The image.', Image) }),
    },
  },
  '/api/v1/images/{sha256}/file': {
    get: {
      tags,
      operationId: 'getImageFile',
      summary: 'The file of an image, as it was uploaded.',
      requestParams: { path: ImageParams },
      responses: answers({ 200: media('Its bytes; their SHA-256 was checked.', 'application/octet-stream', BYTES) }),
    },
  },
};
