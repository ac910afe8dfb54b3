FROM node:24-bookworm-slim
WORKDIR /opt/flashline
COPY . .
RUN npm ci && npm run build && npm prune --omit=dev
ENV PATH=/opt/flashline/node_modules/.bin:$PATH FLASHLINE_DATA=/data
VOLUME /data
ENTRYPOINT ["flashline"]
CMD ["station"]
