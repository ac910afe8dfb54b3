import { type Digest, Image, type ImageFormat } from '@flashline/contracts';
import type { Ledger } from '../ledger.ts';
import type { Connection } from '../sqlite/connection.ts';

interface ImageRow {
  readonly sha256: string;
  readonly name: string;
  readonly format: ImageFormat;
  readonly file_bytes: Image['fileBytes'];
  readonly ranges: string;
  readonly content_bytes: Digest['bytes'];
  readonly content_crc32: string;
  readonly content_sha256: string;
  readonly uploaded_at: string;
}

const INSERT = `
  insert into image
    (sha256, name, format, file_bytes, ranges, content_bytes, content_crc32, content_sha256, uploaded_at)
  values
    (@sha256, @name, @format, @file_bytes, @ranges, @content_bytes, @content_crc32, @content_sha256, @uploaded_at)`;

/** The images of the ledger. */
export function imageTable(connection: Connection): Pick<Ledger, 'addImage' | 'image' | 'images'> {
  const insert = connection.prepare<[ImageRow]>(INSERT);
  const bySha256 = connection.prepare<[string], ImageRow>('select * from image where sha256 = ?');
  const newestFirst = connection.prepare<[], ImageRow>('select * from image order by seq desc');

  function find(sha256: string): Image | null {
    const row = bySha256.get(sha256);
    return row ? imageOf(row) : null;
  }

  return {
    addImage: (image) =>
      connection.commit({ image: image.sha256 }, () => {
        const known = find(image.sha256);
        if (known === null) insert.run(rowOf(image));
        return known ?? image;
      }),
    image: (sha256) => connection.read(() => find(sha256)),
    images: () => connection.read(() => newestFirst.all().map(imageOf)),
  };
}

function rowOf(image: Image): ImageRow {
  return {
    sha256: image.sha256,
    name: image.name,
    format: image.format,
    file_bytes: image.fileBytes,
    ranges: JSON.stringify(image.ranges),
    content_bytes: image.content.bytes,
    content_crc32: image.content.crc32,
    content_sha256: image.content.sha256,
    uploaded_at: image.uploadedAt,
  };
}

function imageOf(row: ImageRow): Image {
  return {
    sha256: row.sha256,
    name: row.name,
    format: row.format,
    fileBytes: row.file_bytes,
    ranges: Image.shape.ranges.parse(JSON.parse(row.ranges)),
    content: { bytes: row.content_bytes, crc32: row.content_crc32, sha256: row.content_sha256 },
    uploadedAt: row.uploaded_at,
  };
}
